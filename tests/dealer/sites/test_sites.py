"""Paramétrage: who reads it, who changes it, and what is refused there."""

import io
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from jupiter.dealer.sites.actions import FeeLine, NetworkCodeCleared, SavedMeanwhile, TakenInGroup, save_site
from jupiter.dealer.sites.forms import SiteForm, as_typed
from jupiter.dealer.sites.models import HubLink, Site, SiteFee
from jupiter.kit.journal.actions import entries_of
from tests.dealer import make


@pytest.fixture
def site(db):
    return make.a_site(code="PE64", network_code="FR10350", phone="+33300000000", dms_code="442880F", brands="CITROEN, PEUGEOT, OPEL, DS")


@pytest.fixture
def manager(client, site):
    user = make.a_member(site, role="manager", name="RESPONSABLE VO")
    client.force_login(user)
    return user


def typed(site, **changes):
    """What a browser posts when nothing was touched, but for the changes."""
    form = SiteForm(initial=as_typed(site))
    values = {name: form[name].field.prepare_value(form[name].value()) for name in form.fields}
    return {name: "" if value is None or value is False else value for name, value in values.items()} | changes


def save(client, site, **changes):
    return client.post(f"/parametrage/sites/{site.code}/enregistrer/", typed(site, **changes))


def test_the_table_shows_the_groups_sites_and_no_others(client, manager, site):
    make.a_site(site.group, code="FO28", name="CHARTRES")
    make.a_site(name="MARQUEUR")
    page = client.get("/parametrage/").content.decode()
    assert "PE64" in page
    assert "CHARTRES" in page
    assert "MARQUEUR" not in page


def test_a_site_shows_all_its_fields(client, manager, site):
    SiteFee.objects.create(site=site, position=1, label="Frais fixes", amount=Decimal("250.00"))
    page = client.get("/parametrage/sites/PE64/").content.decode()
    for label in (
        "Code BIC Argus", "Code", "Libellé", "Raison sociale", "Adresse", "Code postal", "Ville", "Pays", "Téléphone 1", "Code RRD1",
        "Frais fixes", "Frais fixes marchand", "Code DMS", "Code Constructeur", "Marques représentées", "Site bloqué",
    ):  # fmt: skip
        assert label in page
    for value in ("FR10350", "442880F", "CITROEN, PEUGEOT, OPEL, DS", "250,00"):
        assert value in page


def test_the_manager_saves_a_site_with_its_default_fees(client, manager, site):
    answer = save(client, site, bic_code="111", fee_label_1="Frais de dossier", fee_amount_1="80,00", fee_kind_1="service")
    assert answer.status_code == 302
    kept = Site.objects.get(pk=site.pk)
    assert (kept.bic_code, kept.version, kept.updated_by) == ("111", 2, "RESPONSABLE VO")
    assert [(fee.label, fee.amount) for fee in kept.default_fees.all()] == [("Frais de dossier", Decimal("80.00"))]
    assert entries_of("site", site.pk)[0].facts["changes"]["bic_code"] == ["", "111"]


def test_saving_without_a_change_writes_nothing(client, manager, site):
    assert save(client, site).status_code == 302
    assert Site.objects.get(pk=site.pk).version == 1
    assert not entries_of("site", site.pk).exists()


@pytest.mark.parametrize("code", ["FR1035", "DE10350", "FR1035O", "", "10350"])
def test_a_wrong_or_cleared_rrd1_is_refused_here_and_what_was_typed_is_kept(client, manager, site, code):
    answer = save(client, site, network_code=code, city="BILLÈRE")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "RRD1" in answer.context["form"].summary()[0][1]
    assert "BILLÈRE" in page
    kept = Site.objects.get(pk=site.pk)
    assert (kept.network_code, kept.city) == ("FR10350", "PAU")


def test_a_site_that_never_had_an_rrd1_may_stay_without(client, site, manager):
    other = make.a_site(site.group, code="FO07", network_code="")
    manager.memberships.create(site=other, role="manager")
    assert save(client, other, city="PRIVAS").status_code == 302


def test_two_sites_of_a_group_cannot_share_an_rrd1(client, site, manager):
    make.a_site(site.group, code="FO28", network_code="FR10351", name="CHARTRES")
    answer = save(client, site, network_code="FR10351")
    assert answer.status_code == 422
    assert "CHARTRES" in answer.content.decode()


def test_a_code_that_no_address_can_hold_is_refused(client, site, manager):
    assert save(client, site, code="PE/64").status_code == 422


def test_a_seller_reads_and_may_not_save(client, site):
    client.force_login(make.a_member(site))
    page = client.get("/parametrage/sites/PE64/").content.decode()
    assert "pas de la modifier" in page
    assert save(client, site, city="LYON").status_code == 403
    assert Site.objects.get(pk=site.pk).city == "PAU"


def test_a_manager_elsewhere_may_not_save_this_one(client, site):
    client.force_login(make.a_member(make.a_site(site.group), role="manager"))
    assert client.get("/parametrage/sites/PE64/").status_code == 200
    assert save(client, site, city="LYON").status_code == 403
    assert Site.objects.get(pk=site.pk).city == "PAU"


def test_the_second_to_save_sees_both_versions_and_then_may_keep_theirs(client, manager, site):
    opened = typed(site)
    save(client, site, city="BILLÈRE")
    answer = client.post("/parametrage/sites/PE64/enregistrer/", opened | {"city": "LONS"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert all(words in page for words in ("BILLÈRE", "LONS", "RESPONSABLE VO"))
    assert Site.objects.get(pk=site.pk).city == "BILLÈRE"

    again = opened | {"city": "LONS", "version": answer.context["form"]["version"].value()}
    assert client.post("/parametrage/sites/PE64/enregistrer/", again).status_code == 302
    assert Site.objects.get(pk=site.pk).city == "LONS"


def test_the_dialog_is_the_page_without_its_frame(client, manager, site):
    page = client.get("/parametrage/sites/PE64/").content.decode()
    part = client.get("/parametrage/sites/PE64/", headers={"hx-request": "true"}).content.decode()
    assert "<dialog" in part
    assert "<html" not in part
    for field in ('name="network_code"', 'value="FR10350"', 'name="fee_label_5"'):
        assert field in page
        assert field in part


def test_a_refusal_in_the_dialog_stays_in_the_dialog(client, manager, site):
    data = typed(site, network_code="FR1")
    answer = client.post("/parametrage/sites/PE64/enregistrer/", data, headers={"hx-request": "true"})
    assert answer.status_code == 422
    assert "<dialog" in answer.content.decode()
    saved = client.post("/parametrage/sites/PE64/enregistrer/", typed(site), headers={"hx-request": "true"})
    assert saved.headers["hx-redirect"] == "/parametrage/"


def test_a_fee_needs_its_amount_and_its_label(client, manager, site):
    assert save(client, site, fee_label_1="Dossier").status_code == 422
    assert save(client, site, fee_amount_1="80").status_code == 422
    assert not site.default_fees.exists()


def facts(site, **changes):
    return {name: value for name, value in as_typed(site).items() if name != "version"} | changes


def test_refusals_carry_what_they_are_about(site):
    other = make.a_site(site.group, network_code="FR10351")
    with pytest.raises(NetworkCodeCleared):
        save_site(site, facts(site, network_code=""), fees=[], version=1, by="x")
    with pytest.raises(TakenInGroup) as taken:
        save_site(site, facts(site, network_code="FR10351"), fees=[], version=1, by="x")
    assert (taken.value.field, taken.value.other) == ("network_code", other)
    save_site(site, facts(site), fees=[FeeLine("a", Decimal(1), "service")], version=1, by="x")
    with pytest.raises(SavedMeanwhile):
        save_site(site, facts(site), fees=[], version=1, by="x")


def test_a_first_group_is_made_by_a_command(client, db, monkeypatch):
    monkeypatch.setenv("JUPITER_PASSWORD", "une-phrase-assez-longue")
    monkeypatch.setenv("JUPITER_HUB_CLIENT_SECRET", "secret")
    monkeypatch.setenv("JUPITER_HUB_NOTICE_SECRET", make.TOLD["links"]["dealer_hub"]["A"]["notice_secret"])
    told = {"name": "GROUPE FICTIF", "site_code": "A1", "site_name": "GARAGE FICTIF", "username": "Admin", "hub_client_id": "client-x"}
    call_command("create_group", **told, stdout=io.StringIO())
    client.post("/connexion/", {"username": "admin", "password": "une-phrase-assez-longue"})
    assert "GARAGE FICTIF" in client.get("/parametrage/").content.decode()
    assert Site.objects.get().group.hub_link.client_id == "client-x"
    with pytest.raises(CommandError, match="exists already"):
        call_command("create_group", **told, stdout=io.StringIO())


def test_a_groups_credentials_at_the_hub_are_changed_by_a_command(db, monkeypatch):
    link = make.a_link(make.a_site().group)
    monkeypatch.setenv("JUPITER_HUB_CLIENT_SECRET", "another")
    monkeypatch.setenv("JUPITER_HUB_NOTICE_SECRET", "whsec_bmV3ZXI=")
    call_command("link_hub", group=link.group.name, client_id=link.client_id, stdout=io.StringIO())
    kept = HubLink.objects.get()
    assert (kept.pk, kept.client_secret, kept.notice_secret) == (link.pk, "another", "whsec_bmV3ZXI=")
    assert kept.former_notice_secret == link.notice_secret, "taken for a while"
    with pytest.raises(CommandError, match="there is no group"):
        call_command("link_hub", group="PERSONNE", client_id="x")


def test_a_weak_password_makes_no_group(db, monkeypatch):
    monkeypatch.setenv("JUPITER_PASSWORD", "court")
    with pytest.raises(CommandError):
        call_command("create_group", name="G", site_code="A", site_name="A", username="admin", stdout=io.StringIO())
    assert not Site.objects.exists()
