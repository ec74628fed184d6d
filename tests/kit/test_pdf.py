"""Papers: the same facts give the same bytes."""

from datetime import date
from io import BytesIO

from pypdf import PdfReader

from jupiter.kit.pdf import printed

TEMPLATE = """
#let facts = json(bytes(sys.inputs.facts))
#set document(title: "Essai", date: datetime(year: 2021, month: 12, day: 7))
#set text(lang: "fr")
= #facts.title
#facts.name
"""


def test_the_same_facts_on_the_same_day_give_the_same_bytes(tmp_path):
    template = tmp_path / "paper.typ"
    template.write_text(TEMPLATE)
    facts = {"title": "Bon de commande", "name": "M. DUPONT DURANT, né à Œuilly, 16 450,00 €"}

    first, second = (printed(template, facts, dated=date(2021, 12, 7)) for _ in range(2))

    assert first == second
    text = PdfReader(BytesIO(first)).pages[0].extract_text()
    assert "DUPONT DURANT" in text
    assert printed(template, facts | {"name": "M. PIERRE"}, dated=date(2021, 12, 7)) != first


def test_what_a_person_typed_is_text_and_never_markup(tmp_path):
    template = tmp_path / "paper.typ"
    template.write_text(TEMPLATE)
    nasty = '#panic("no") *bold* $x$ \\ "quoted" <b>'
    text = PdfReader(BytesIO(printed(template, {"title": "T", "name": nasty}, dated=date(2021, 12, 7)))).pages[0].extract_text()
    assert '#panic("no")' in text.replace("“", '"').replace("”", '"') or "#panic" in text


def test_a_script_without_a_font_here_costs_the_archive_and_not_the_paper(tmp_path):
    template = tmp_path / "paper.typ"
    template.write_text('#let facts = json(bytes(sys.inputs.facts))\n#set document(title: "t")\n#facts.name')
    assert b"pdfaid" in printed(template, {"name": "DUPONT"}, dated=date(2021, 12, 7))
    assert printed(template, {"name": "王小明"}, dated=date(2021, 12, 7)).startswith(b"%PDF-")
