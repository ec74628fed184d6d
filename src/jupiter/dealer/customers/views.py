"""A customer's card: who it is, what they ordered here, what they bought."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jupiter.dealer.sites.access import Member, member_may
from jupiter.kit.french import COUNTRIES, printed_date, printed_phone
from jupiter.kit.web.screen import screen
from jupiter.kit.words import spoken


@require_safe
@member_may("read_customer")
def show(request: HttpRequest, member: Member, customer_id: int) -> HttpResponse:
    """A customer is the group's; orders and cars are those of the member's own sites."""
    person = get_object_or_404(member.group.customers, pk=customer_id)
    facts = [
        (_("Civilité"), person.get_title_display() or "—"),
        (_("Nom"), person.last_name or "—"),
        (_("Prénom"), person.first_name or "—"),
        (_("Adresse"), ", ".join(filter(None, [person.address, person.address_2, person.address_3])) or "—"),
        (_("Ville"), " ".join(filter(None, [person.postcode, person.city])) or "—"),
        (_("Pays"), spoken(COUNTRIES.get(person.country, person.country))),
        (_("E-mail"), person.email or "—"),
        (_("Tél. fixe"), printed_phone(person.phone) if person.phone else "—"),
        (_("Tél. mobile"), printed_phone(person.mobile) if person.mobile else "—"),
        (_("Né(e) le"), printed_date(person.born_on) if person.born_on else "—"),
    ]
    orders = member.own(person.orders.visible().for_list()).order_by("-number")[:50]
    cars = member.own(person.vehicles_bought.for_list()).order_by("-id")[:50]
    return screen(request, "customers/show.html", title=person.list_name, here="", person=person, facts=facts, orders=orders, cars=cars)
