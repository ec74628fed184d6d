"""The policy's PDF: what it says, and that it never changes."""

import io
from datetime import date
from hashlib import sha256

import pytest
from pypdf import PdfReader

from jupiter.insurer.policies.models import Document
from jupiter.insurer.products.models import Parameter
from tests.insurer import make


def text_of(content):
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split()).replace("\u00a0", " ")


@pytest.fixture
def policy(producer, product):
    return make.a_bought_quote(producer, product, vin="12345678901233333").policy


def test_the_paper_says_what_a_policy_must_say(policy):
    said = text_of(policy.documents.get().content)
    wanted = (
        "0001003079", "M. DUPONT DURANT", "RUE SPOTICAR", "75010 PARIS", "ER-452-AS", "12345678901233333", "07/12/2021 - 07/12/2022",
        "187,56 €", "148,78 €", "26,78 €", "2,00 €", "DEMO CDDS SPOTICAR", "865268J", "GVO Premium 7 / 150", "14/09/2018", "4 500 km",
        "Document de démonstration, tarif fictif", "NE SONT PAS GARANTIS", "Autorité de contrôle", "Loi applicable", "Assureur",
        "mention à vérifier", "Renonciation sans frais : 14 jours", "Page 1 sur 1", "Société fictive".lower(),
    )  # fmt: skip
    assert [words for words in wanted if words.lower() not in said.lower().replace("\u202f", " ")] == []


def test_it_is_an_archive_of_one_page_dated_with_the_policy(policy):
    content = bytes(policy.documents.get().content)
    reader = PdfReader(io.BytesIO(content))
    assert len(reader.pages) == 1
    assert b"pdfaid" in content or "pdfaid" in str(reader.xmp_metadata.stream.get_data())
    assert reader.metadata.creation_date.date() == make.DAY


def test_renunciation_follows_the_law_of_the_day(producer, product):
    day = date(2023, 1, 1)
    policy = make.a_bought_quote(producer, product, today=day, delivery_on=day).policy
    assert "Renonciation sans frais : 30 jours" in text_of(policy.documents.get().content)


def test_a_verified_mention_is_not_marked(producer, product):
    Parameter.objects.filter(code="mention_law").update(is_verified=True)
    said = text_of(make.a_bought_quote(producer, product).policy.documents.get().content)
    assert "loi française (mention" not in said
    assert "loi française" in said


def test_the_bytes_served_are_the_bytes_issued_whatever_has_changed_since(inside, policy, producer, product):
    kept = bytes(policy.documents.get().content)
    producer.name = "AUTRE NOM"
    producer.save()
    Parameter.objects.update(text="autre")

    first, second = (inside.get(f"/polices/{policy.number}/documents/1/") for _ in range(2))
    assert first.content == second.content == kept
    assert sha256(kept).hexdigest() == policy.documents.get().sha256
    assert first.headers["Content-Type"] == "application/pdf"
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    assert first.headers["Content-Disposition"] == 'inline; filename="FR-865268J_Policy_0001003079-20211207.pdf"'
    download = inside.get(f"/polices/{policy.number}/documents/1/?telecharger=1")
    assert download.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    "name", ["الحسن", "王小明", "Nguyễn Thị Ánh", "O’Brien–D'Arc", "#let x = 1", "$a^2$ *gras* _x_ @ref <l>", "É" * 80]
)
def test_any_name_is_printed_as_a_name(producer, product, name):
    policy = make.a_bought_quote(producer, product, holder={"last_name": name}).policy
    said = text_of(policy.documents.get().content)
    assert policy.number in said
    if name.isascii():
        assert name.replace(" ", "") in said.replace(" ", "")


def test_a_name_opens_nothing_without_a_right(client, policy):
    assert Document.objects.count() == 1
    answer = client.get(f"/polices/{policy.number}/documents/1/")
    assert (answer.status_code, answer.url.startswith("/connexion/")) == (302, True)
    client.force_login(make.a_person(make.a_producer("712345K", "B"), "b"))
    assert client.get(f"/polices/{policy.number}/documents/1/").status_code == 404
