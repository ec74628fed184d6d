"""The list of sales as a file: as it is filtered, and no other group's."""

from bs4 import BeautifulSoup

from tests.hub import make


def rows_of(client, address):
    answer = client.get(address)
    return [line.split(";") for line in b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()]


def test_the_filtered_rows_as_they_stand(inside, api_client):
    make.a_link()
    declared = make.a_declared_sale(api_client, "746210")
    make.a_received_sale(
        api_client, said=make.words(order_number="746209", vehicle__plate="AB-123-CD", vehicle__vin="VF3CUHMZ6HY012345", buyer={})
    )
    head, *rows = rows_of(inside, "/ventes/?vue=en-cours&_export=csv")
    assert head == ["Vente", "État", "Client", "Véhicule", "Immatriculation", "Bon", "Devis ou police", "Dernier fait"]
    assert [row[:6] for row in rows] == [
        [declared.declaration_number, str(declared.get_cover_display()), "M. DUPONT DURANT", declared.vehicle, "ER-452-AS", "746210"]
    ]
    assert len(rows_of(inside, "/ventes/?_export=csv")) == 3
    assert len(rows_of(inside, "/ventes/?q=ab123cd&_export=csv")) == 2


def test_another_groups_sales_are_not_in_it(inside, api_client):
    other = make.a_client(make.a_point("111111B", group=make.a_group("Groupe B"), network_code="FR99999").group)
    make.a_received_sale(other, said=make.words(network_code="FR99999"))
    assert len(rows_of(inside, "/ventes/?_export=csv")) == 1


def test_the_menu_keeps_the_question(inside):
    page = BeautifulSoup(inside.get("/ventes/?vue=toutes&q=dupont").content, "html.parser")
    assert page.select_one("#export a")["href"] == "?vue=toutes&q=dupont&_export=csv"
