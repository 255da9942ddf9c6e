"""Money: balances for members, rows for whoever keeps or coordinates, receipts without a name."""

from collections.abc import Callable, Iterable
from uuid import UUID

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from groups import access
from groups.actions import payments
from groups.forms.payments import AgreePaymentForm, CurrencyForm, MoneyForm
from groups.models import Membership, Payment, Power, Purpose
from groups.views.forms import posted, status_of
from hrplatform import money, spreadsheets

ROWS_A_PAGE = 30
MOST_OF_ONES_OWN = 20


@require_safe
def payment_list(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership(request.user, slug)
    group = membership.group
    purposes = list(Purpose.objects.filter(group=group).with_balances())
    mine = group.payments.with_state().filter(payee=membership).newest_first()[:MOST_OF_ONES_OWN]
    context = {
        "group": group,
        "membership": membership,
        "is_treasurer": membership.has_power(Power.TREASURER),
        "balances": [
            [each.name, *(money.as_words(part, group.currency) for part in (each.in_hand, each.promised, each.left))]
            for each in purposes
        ],
        "is_short": any(each.left < 0 for each in purposes),
        "mine": _of_group(mine, membership),
    }
    if membership.can_see_ledger:
        page = Paginator(group.payments.with_state().newest_first(), ROWS_A_PAGE).get_page(request.GET.get("page"))
        page.object_list = _of_group(page, membership)
        context["page"] = page
    return render(request, "groups/payment_list.html", context)


def _of_group(rows: Iterable[Payment], membership: Membership) -> list[Payment]:
    """All rows of one group, opened with the one key at hand."""
    found = list(rows)
    for row in found:
        row.group = membership.group
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def currency_choose(request: HttpRequest, slug: str) -> HttpResponse:
    membership = access.membership(request.user, slug, may=Power.TREASURER)
    form = CurrencyForm(posted(request), initial={"currency": membership.group.currency})
    if form.is_valid():
        try:
            payments.choose_currency(by=membership, **form.cleaned_data)
        except payments.LedgerBegun:
            form.add_error("currency", _("Something is written down already, so the currency stays."))
        else:
            return redirect("groups:payment-list", slug)
    context = {"form": form, "group": membership.group}
    return render(request, "groups/currency_choose.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
def payment_write(request: HttpRequest, slug: str) -> HttpResponse:
    """What came in, or was spent on things."""
    membership = access.membership(request.user, slug, may=Power.TREASURER)
    if not membership.group.currency:
        return redirect("groups:currency-choose", slug)
    form = MoneyForm(posted(request), group=membership.group)
    if form.is_valid():
        facts = dict(form.cleaned_data)
        came_in = facts.pop("kind") == Payment.Kind.RECEIVED
        write = payments.receive_money if came_in else payments.spend_money
        return _written(request, write(by=membership, **facts))
    context = {"form": form, "group": membership.group}
    return render(request, "groups/payment_write.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
def payment_agree(request: HttpRequest, slug: str) -> HttpResponse:
    """What a member will be paid, before the work."""
    membership = access.membership(request.user, slug, may=Power.TREASURER)
    if not membership.group.currency:
        return redirect("groups:currency-choose", slug)
    form = AgreePaymentForm(posted(request), group=membership.group)
    if form.is_valid():
        return _written(request, payments.agree_payment(by=membership, **form.cleaned_data))
    context = {"form": form, "group": membership.group}
    return render(request, "groups/payment_agree.html", context, status=status_of(form))


def _written(request: HttpRequest, payment: Payment) -> HttpResponse:
    messages.success(request, _("Written down as number %(number)s.") % {"number": payment.number})
    return redirect("groups:payment-detail", payment.group.slug, payment.pk)


@require_safe
def payment_detail(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """One row: its receipt, and what can be done about it."""
    membership = access.membership(request.user, slug)
    payment = access.payment(membership, pk)
    is_treasurer = membership.has_power(Power.TREASURER)
    context = {
        "group": membership.group,
        "payment": payment,
        "may_pay": is_treasurer and payment.is_open,
        "may_counter": is_treasurer and payment.may_be_countered,
    }
    return render(request, "groups/payment_detail.html", context)


@require_POST
def payment_pay(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    membership = access.membership(request.user, slug, may=Power.TREASURER)
    agreed = access.payment(membership, pk)
    try:
        paid = payments.pay(by=membership, agreed=agreed)
    except payments.NotOpen:
        messages.warning(request, _("This was paid or taken back already. Nothing was written."))
        return redirect("groups:payment-detail", slug, pk)
    return _written(request, paid)


@require_http_methods(["GET", "HEAD", "POST"])
def payment_counter(request: HttpRequest, slug: str, pk: UUID) -> HttpResponse:
    """Take a row back, by one that counters it."""
    membership = access.membership(request.user, slug, may=Power.TREASURER)
    payment = access.payment(membership, pk)
    if request.method == "POST":
        try:
            return _written(request, payments.counter(by=membership, payment=payment))
        except payments.NotOpen:
            messages.warning(request, _("This cannot be taken back as things are. Nothing was written."))
            return redirect("groups:payment-detail", slug, pk)
    return render(request, "groups/payment_counter.html", {"group": membership.group, "payment": payment})


@reauthentication_required  # type: ignore[untyped-decorator]
@require_safe
def payment_csv(request: HttpRequest, slug: str) -> HttpResponse:
    return _export(request, slug, spreadsheets.as_csv, spreadsheets.CSV, "ledger.csv")


@reauthentication_required  # type: ignore[untyped-decorator]
@require_safe
def payment_xlsx(request: HttpRequest, slug: str) -> HttpResponse:
    return _export(request, slug, spreadsheets.as_xlsx, spreadsheets.XLSX, "ledger.xlsx")


def _export(
    request: HttpRequest, slug: str, write: Callable[..., bytes], content_type: str, filename: str
) -> HttpResponse:
    """Every row, without whom it went to and without what it was for: receipts carry a code instead."""
    membership = access.membership(request.user, slug)
    if not membership.can_see_ledger:
        raise PermissionDenied
    currency = membership.group.currency
    rows = membership.group.payments.select_related("purpose", "settles", "counters").order_by("number")
    columns = [
        _("Number"), _("Day"), _("Kind"), _("Purpose"), _("Amount"), _("Currency"),
        _("Receipt code"), _("Pays number"), _("Takes back number"),
    ]  # fmt: skip
    table = [
        [
            row.number,
            row.on,
            row.get_kind_display(),
            row.purpose.name,
            money.as_decimal(row.amount, currency),
            currency,
            row.receipt_code,
            row.settles.number if row.settles else None,
            row.counters.number if row.counters else None,
        ]
        for row in rows
    ]
    response = HttpResponse(write(columns, table), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response
