"""The door: who comes in, who is kept out, and with which words."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from axes.models import AccessAttempt
from bs4 import BeautifulSoup
from django.contrib.auth.hashers import identify_hasher
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from jupiter.kit.accounts import lockout, urls
from jupiter.kit.accounts.access import check_credentials, was_locked_out
from jupiter.kit.accounts.actions import make_person
from jupiter.kit.accounts.hashers import Argon2
from jupiter.kit.accounts.models import Session, User
from jupiter.kit.accounts.tasks import send_password_letter
from tests.kit.conftest import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site")]

NEXTS = [
    row["value"].removeprefix("?next=")
    for row in map(json.loads, (Path(__file__).parents[1] / "data/bad_inputs.jsonl").read_text("utf-8").splitlines())
    if row["field"] == "url" and row["value"].startswith("?next=")
]


def log_in(client, username="hakim", password=PASSWORD, **more):
    return client.post("/connexion/", {"username": username, "password": password}, **more)


def words(answer):
    page = BeautifulSoup(answer.content, "html.parser")
    return " ".join(page.select_one(".error-summary").get_text(" ").split())


def test_the_right_password_opens_the_door(client, hakim):
    answer = log_in(client)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/form/").status_code == 200


def test_a_name_has_no_case(client, hakim):
    assert log_in(client, username=" HAKIM ").status_code == 302


def test_an_unknown_name_a_wrong_password_and_a_closed_account_get_the_same_words(client, hakim):
    User.objects.create_user("parti", "", PASSWORD, is_active=False)
    answers = [log_in(client, password="faux"), log_in(client, username="personne"), log_in(client, username="parti")]
    assert [answer.status_code for answer in answers] == [422] * 3
    assert len({words(answer) for answer in answers}) == 1
    assert "Nom d’utilisateur ou mot de passe incorrect" in words(answers[0])


def test_the_name_is_kept_and_the_password_is_not(client, hakim):
    page = BeautifulSoup(log_in(client, password="faux").content, "html.parser")
    assert page.select_one("[name=username]")["value"] == "hakim"
    assert not page.select_one("[name=password]").has_attr("value")


@pytest.mark.parametrize("name", ["hakim", "personne", "parti"])
def test_a_password_is_worked_on_known_or_not(client, hakim, name, monkeypatch):
    """One hash each time: how long it takes tells nothing either. Once the door is shut, none."""
    User.objects.create_user("parti", "", PASSWORD, is_active=False)
    worked = []
    for work in ("encode", "verify"):
        real = getattr(Argon2, work)
        monkeypatch.setattr(Argon2, work, lambda *told, real=real, work=work: worked.append(work) or real(*told))
    for _ in range(5):
        before = len(worked)
        log_in(client, username=name, password="faux")
        assert len(worked) - before == 1
    log_in(client, username=name, password="faux")
    assert len(worked) == 5


@pytest.mark.parametrize("name", ["hakim", "personne"])
def test_five_wrong_passwords_shut_the_door_known_or_not(client, hakim, name):
    for _ in range(5):
        answer = log_in(client, username=name, password="faux")
    assert answer.status_code == 429
    assert "Trop de tentatives" in words(answer)
    assert log_in(client, username=name).status_code == 429, "the right one too"
    assert log_in(client, username=name, REMOTE_ADDR="10.1.2.3").status_code != 429, "elsewhere it is open"


def test_changing_the_case_of_the_name_is_no_way_round(client, hakim):
    for name in ("hakim", "HAKIM", "Hakim", "haKim", "hakiM"):
        log_in(client, username=name, password="faux")
    assert log_in(client).status_code == 429


def test_the_door_opens_again_after_fifteen_minutes(client, hakim):
    for _ in range(5):
        log_in(client, password="faux")
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=14))
    assert log_in(client).status_code == 429
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert log_in(client).status_code == 302


def test_a_name_tried_from_everywhere_is_shut_everywhere(client, hakim):
    for i in range(lockout.NAME_LIMIT):
        log_in(client, password="faux", REMOTE_ADDR=f"10.0.0.{i}")
    assert log_in(client, REMOTE_ADDR="10.9.9.9").status_code == 429


def test_an_api_obeys_the_same_lock(client, hakim, rf):
    for _ in range(5):
        log_in(client, password="faux")
    request = rf.post("/api/v1/grants")
    assert check_credentials(request, "hakim", PASSWORD) is None
    assert was_locked_out(request)
    elsewhere = rf.post("/api/v1/grants", REMOTE_ADDR="10.1.2.3")
    assert check_credentials(elsewhere, "hakim", PASSWORD) == hakim


@pytest.mark.parametrize("typed", ["ha\x00kim", "x" * 10_000, "\ud800", "‮hakim", ""])
def test_what_nobody_can_be_called_is_refused_and_not_counted(client, hakim, typed, rf):
    assert check_credentials(rf.post("/"), typed, PASSWORD) is None
    assert not AccessAttempt.objects.exists()
    assert check_credentials(rf.post("/"), "hakim", typed) is None
    if "\ud800" not in typed:  # no browser can send it
        assert log_in(client, username=typed).status_code == 422
        assert log_in(client, password=typed).status_code == 422


@pytest.mark.parametrize("wanted", ["/form/", "/form/?statut=ouvert&q=%C3%A9"])
def test_one_arrives_where_one_wanted(client, hakim, wanted):
    asked = client.get(wanted)
    assert asked.status_code == 302
    page = BeautifulSoup(client.get(asked["Location"]).content, "html.parser")
    answer = client.post(asked["Location"], {"username": "hakim", "password": PASSWORD, "next": page.select_one("[name=next]")["value"]})
    assert answer["Location"] == wanted


@pytest.mark.parametrize(
    "wanted", [*NEXTS, "\\\\evil.example", "/\\evil.example", "///evil.example", "http://evil.example/", "javascript:x"]
)
def test_nobody_is_sent_elsewhere(client, hakim, wanted):
    assert len(NEXTS) >= 2
    answer = client.post("/connexion/", {"username": "hakim", "password": PASSWORD, "next": wanted})
    assert answer["Location"] == "/"


def test_one_leaves_by_post_only(inside):
    assert inside.get("/deconnexion/").status_code == 405
    assert inside.post("/deconnexion/").status_code == 302
    assert inside.get("/form/").status_code == 302


def test_a_session_ends_twelve_hours_after_the_log_in_even_in_use(client, hakim, monkeypatch):
    log_in(client)
    end = client.session.get_expiry_date()
    assert timedelta(hours=11, minutes=59) < end - timezone.now() <= timedelta(hours=12)
    session = client.session
    session["anything"] = "said later"
    session.save()
    client.post("/preferences/", {"theme": "dark"})
    assert client.session.get_expiry_date() == end
    nearly = end - timedelta(minutes=30)
    monkeypatch.setattr(timezone, "now", lambda: nearly)
    Session.objects.update(expire_date=nearly + timedelta(minutes=1))
    assert client.get("/form/").status_code == 200
    assert Session.objects.get().expire_date == end, "no longer than that"
    monkeypatch.setattr(timezone, "now", lambda: end)
    assert client.get("/form/").status_code == 302


def test_a_session_that_nobody_uses_for_two_hours_ends(client, hakim, monkeypatch, django_assert_num_queries):
    log_in(client)
    begun = timezone.now()
    for hours in (1.9, 3.8, 5.7):
        monkeypatch.setattr(timezone, "now", lambda hours=hours: begun + timedelta(hours=hours))
        with django_assert_num_queries(2):  # the second notes that it is in use
            assert client.get("/form/").status_code == 200
        with django_assert_num_queries(1):
            assert client.get("/form/").status_code == 200
    monkeypatch.setattr(timezone, "now", lambda: begun + timedelta(hours=7.8))
    assert client.get("/form/").status_code == 302


def test_a_forgotten_password_comes_back_by_letter_once(client, hakim, settings):
    settings.PUBLIC_URL = "https://vo.exemple.fr"
    send_password_letter(user_id=hakim.pk)
    (letter,) = mail.outbox
    assert letter.to == ["hakim@exemple.fr"]
    assert "HAKIM AB" in letter.body
    link = re.search(r"https://vo\.exemple\.fr(/\S+)", letter.body)[1]

    opened = client.get(link)
    assert "open" in opened["Location"], "the token leaves the address"
    new = {"new_password": "encore une phrase longue", "again": "encore une phrase longue"}
    assert client.post(opened["Location"], new)["Location"] == "/connexion/"
    assert log_in(client, password=new["new_password"]).status_code == 302
    assert client.get(client.get(link)["Location"]).status_code == 410


def test_asking_for_a_letter_says_nothing_about_who_exists(client, hakim):
    answers = [client.post("/mot-de-passe/oublie/", {"email": to}) for to in ("hakim@exemple.fr", "inconnu@exemple.fr")]
    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, "/mot-de-passe/envoye/")}
    assert client.post("/mot-de-passe/oublie/", {"email": "pas une adresse"}).status_code == 422


@pytest.mark.django_db(transaction=True)
def test_the_letter_leaves_with_the_worker(client, hakim, worker):
    client.post("/mot-de-passe/oublie/", {"email": "HAKIM@exemple.fr"})
    assert mail.outbox == []
    worker.run()
    assert [letter.to for letter in mail.outbox] == [["hakim@exemple.fr"]]


def test_a_changed_password_is_dated_and_ends_the_other_sessions(client, hakim, django_user_model):
    other = type(client)()
    log_in(client)
    log_in(other)
    before = hakim.password_changed_at
    new = "une tout autre phrase"
    wrong = {"old_password": "faux", "new_password": new, "again": new}
    assert client.post("/mot-de-passe/", wrong).status_code == 422
    answer = client.post("/mot-de-passe/", {"old_password": PASSWORD, "new_password": new, "again": new})
    assert answer.status_code == 302
    assert client.get("/form/").status_code == 200
    assert other.get("/form/").status_code == 302
    hakim.refresh_from_db()
    assert hakim.password_changed_at > before


@pytest.mark.parametrize("new", ["court", "hakim ab hakim", "123456789012"])
def test_a_poor_password_is_refused_in_french(inside, new):
    answer = inside.post("/mot-de-passe/", {"old_password": PASSWORD, "new_password": new, "again": new})
    assert answer.status_code == 422
    assert "mot de passe" in words(answer)


def test_the_theme_and_the_density_persist(inside, hakim):
    answer = inside.post("/preferences/", {"theme": "dark", "next": "/form/"})
    assert answer["Location"] == "/form/"
    inside.post("/preferences/", {"density": "comfortable", "theme": "rose"})
    page = BeautifulSoup(inside.get("/form/").content, "html.parser")
    assert (page.html["data-bs-theme"], page.html["data-density"]) == ("dark", "comfortable")


def test_passwords_are_kept_by_argon2(hakim):
    assert identify_hasher(hakim.password).algorithm == "argon2"
    assert "m=19456,t=2,p=1" in hakim.password


def test_two_names_that_differ_by_case_cannot_both_exist(hakim):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("HAKIM")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(username="Hakim2")


def test_every_address_of_the_door_says_who_may_see_it():
    acts = {pattern.name: pattern.callback.act for pattern in urls.urlpatterns}
    assert {name for name, act in acts.items() if act == "anyone"} == {"password", "preferences"}
    assert set(acts.values()) == {"public", "anyone"}
    assert reverse("accounts:login") == "/connexion/"


def test_a_first_person_is_held_to_the_same_passwords_as_everyone(db):
    with pytest.raises(ValidationError):
        make_person("Hakim", full_name="HAKIM AB", email="hakim@example.org", password="hakim")
    assert not User.objects.filter(username="hakim").exists()
    made = make_person("Hakim", full_name="HAKIM AB", email="hakim@example.org", password=PASSWORD)
    assert (made.username, made.check_password(PASSWORD)) == ("hakim", True)


def test_a_first_person_is_not_made_over_another(db):
    make_person("hakim", full_name="HAKIM AB", email="", password=PASSWORD)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_person("HAKIM", full_name="AUTRE", email="", password=PASSWORD)


def test_the_session_brings_its_user(inside, hakim, django_assert_num_queries):
    assert Session.objects.get().user == hakim
    with django_assert_num_queries(1):
        assert inside.get("/form/").status_code == 200


def test_a_session_opens_to_nobody_once_its_person_is_inactive(inside, hakim):
    User.objects.update(is_active=False)
    assert inside.get("/form/").status_code == 302


def test_a_session_whose_row_names_another_is_still_whose_its_words_say(inside, hakim, django_user_model):
    other = django_user_model.objects.create_user("other", full_name="AUTRE")
    Session.objects.update(user=other)
    assert inside.get("/form/").wsgi_request.user == hakim
