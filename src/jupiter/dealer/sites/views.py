"""Paramétrage: the table of the group's sites, and one of them in its dialog or on its own page."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from jupiter.kit.web.screen import screen

from . import rules
from .access import Member, member_may
from .actions import NetworkCodeCleared, SavedMeanwhile, TakenInGroup, save_site
from .forms import SiteForm, as_typed
from .models import Site


@require_safe
@member_may("read_site")
def index(request: HttpRequest, member: Member) -> HttpResponse:
    sites = member.group.sites.order_by("code")
    return screen(request, "sites/index.html", title=_("Paramétrage"), here="settings", sites=sites)


@require_safe
@member_may("read_site")
def show(request: HttpRequest, member: Member, code: str) -> HttpResponse:
    site = get_object_or_404(member.group.sites, code=code)
    return _form_page(request, member, site, SiteForm(initial=as_typed(site)))


@require_http_methods(["GET", "POST"])
@member_may("edit_site")
def save(request: HttpRequest, member: Member, code: str) -> HttpResponse:
    """Valider. Asked for again after a refusal, as by a change of theme, it is the form."""
    site = get_object_or_404(member.group.sites, code=code)
    if not member.may("edit_site", site.pk):
        raise PermissionDenied(_("Votre rôle sur ce site ne permet pas cet acte."))
    if request.method == "GET":
        return redirect("sites:show", site.code)
    typed = request.POST.copy()
    form = SiteForm(typed, initial=as_typed(site))
    if form.is_valid() and _saved(form, typed, site, member):
        messages.success(request, _("Localisation {code} enregistrée").format(code=form.cleaned_data["code"]))
        there = reverse("sites:index")
        return HttpResponseClientRedirect(there) if request.htmx else redirect(there)  # type: ignore[attr-defined]
    return _form_page(request, member, site, form)


def _saved(form: SiteForm, typed: QueryDict, site: Site, member: Member) -> bool:
    try:
        save_site(site, form.facts, fees=form.fees, version=form.cleaned_data["version"], by=member.name)
    except NetworkCodeCleared:
        form.add_error("network_code", _("Ce site a un code RRD1\u00a0: corrigez-le, ne l’effacez pas"))
    except TakenInGroup as refusal:
        words = _("Le site {site} porte déjà ce code").format(site=refusal.other)
        form.add_error(refusal.field, words)
    except SavedMeanwhile as refusal:
        theirs = as_typed(refusal.theirs)
        typed["version"] = str(refusal.theirs.version)
        form.show_conflict(
            by=refusal.theirs.updated_by, at=refusal.theirs.updated_at, theirs={k: v for k, v in theirs.items() if k != "version"}
        )
    return not form.errors


def _form_page(request: HttpRequest, member: Member, site: Site, form: SiteForm) -> HttpResponse:
    """The same form in the dialog (asked for by htmx) and on the site's own page."""
    status = 422 if form.is_bound else 200
    if rules.doubtful_town(site.country, site.postcode, site.city):
        form.warn({"city": _("Cette ville n’est pas du département de ce code postal")})
    template = "sites/show.html#dialog" if request.htmx else "sites/show.html"  # type: ignore[attr-defined]
    crumbs = [(reverse("sites:index"), _("Paramétrage"))]
    editable = member.may("edit_site", site.pk)
    return screen(
        request, template, title=_("Modifier une localisation"), here="settings", status=status, crumbs=crumbs, site=site, form=form,
        editable=editable,
    )  # fmt: skip
