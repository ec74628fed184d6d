"""One answer per key, replayed; one effect per notice."""

import threading

import pytest
from django.db import connection, transaction

from jupiter.kit.inbox.actions import KeyUsedForOtherWords, StillRunning, answer_once, is_new_notice
from jupiter.kit.inbox.models import KeptAnswer

WORDS = {"vin": "12345678901233333"}


class Refused(Exception):
    pass


class Act:
    def __init__(self):
        self.times = 0

    def __call__(self):
        self.times += 1
        return 201, {"number": self.times}


def test_a_repeat_gets_the_same_answer_and_has_no_second_effect(db):
    act = Act()
    answers = [answer_once("dealer A", "k1", "PUT /sales", WORDS, act) for _ in range(3)]
    assert answers == [(201, {"number": 1})] * 3
    assert act.times == 1


def test_other_words_under_the_same_key_are_refused(db):
    act = Act()
    answer_once("dealer A", "k1", "PUT /sales", WORDS, act)
    with pytest.raises(KeyUsedForOtherWords), transaction.atomic():
        answer_once("dealer A", "k1", "PUT /sales", {"vin": "another"}, act)
    with pytest.raises(KeyUsedForOtherWords), transaction.atomic():
        answer_once("dealer A", "k1", "POST /declare", WORDS, act)
    assert act.times == 1


def test_a_key_belongs_to_its_caller(db):
    act = Act()
    assert answer_once("dealer A", "k1", "PUT /sales", WORDS, act) == (201, {"number": 1})
    assert answer_once("dealer B", "k1", "PUT /sales", WORDS, act) == (201, {"number": 2})


@pytest.mark.django_db(transaction=True)
def test_a_refused_request_may_use_its_key_again():
    def refuse():
        raise Refused

    with pytest.raises(Refused):
        answer_once("dealer A", "k1", "PUT /sales", WORDS, refuse)
    assert not KeptAnswer.objects.exists()
    assert answer_once("dealer A", "k1", "PUT /sales", {"vin": "corrected"}, Act())[0] == 201


@pytest.mark.django_db(transaction=True)
def test_a_repeat_while_the_first_still_runs_is_told_so():
    inside, go_on = threading.Event(), threading.Event()

    def slow():
        inside.set()
        go_on.wait(10)
        return 201, {"number": 1}

    def first():
        answer_once("dealer A", "k1", "PUT /sales", WORDS, slow)
        connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    inside.wait(10)
    with pytest.raises(StillRunning):
        answer_once("dealer A", "k1", "PUT /sales", WORDS, Act())
    go_on.set()
    thread.join()
    assert answer_once("dealer A", "k1", "PUT /sales", WORDS, Act()) == (201, {"number": 1})


def test_a_notice_is_new_once_per_sender(db):
    with transaction.atomic():
        assert is_new_notice("hub", "n1")
        assert not is_new_notice("hub", "n1")
        assert is_new_notice("insurer", "n1")
