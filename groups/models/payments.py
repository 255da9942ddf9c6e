"""The ledger: money that came in, what was agreed before the work, what was paid. Rows are added, never changed."""

import secrets
import uuid
from typing import Self

from django.db import models
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from groups.models.groups import SLUG_LETTERS, Group
from groups.models.memberships import Membership
from hrplatform import money
from hrplatform.sealing import SealedTextField, SealingOwner


def receipt_code() -> str:
    """Eight random letters that stand on a receipt instead of a name. 38 bits."""
    return "".join(secrets.choice(SLUG_LETTERS) for _ in range(8)).upper()


class PurposeQuerySet(models.QuerySet["Purpose"]):
    def with_balances(self) -> Self:
        """Adds `.came_in`, `.paid_out` and `.promised` (agreed, not paid yet), in the smallest unit."""

        def total(**facts: object) -> Coalesce:
            return Coalesce(Sum("payments__amount", filter=Q(**{f"payments__{k}": v for k, v in facts.items()})), 0)

        settled = total(kind=Payment.Kind.PAID, settles__isnull=False)
        return self.annotate(
            came_in=total(kind=Payment.Kind.RECEIVED),
            paid_out=total(kind=Payment.Kind.PAID),
            promised=total(kind=Payment.Kind.AGREED) - settled,
        ).order_by("name")


class Purpose(models.Model):
    """What a group's money is for, such as stipends or tea. Balances are counted for each purpose."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="purposes")
    name = models.CharField(_("name"), max_length=60)
    # What meetings agree for coming is counted here; one in a group.
    is_for_stipends = models.BooleanField(default=False)

    objects = PurposeQuerySet.as_manager()
    came_in: int
    paid_out: int
    promised: int

    class Meta:
        verbose_name = _("purpose")
        verbose_name_plural = _("purposes")
        constraints = [
            models.UniqueConstraint(fields=["group", "name"], name="purpose_name_once_per_group"),
            models.UniqueConstraint(
                fields=["group"], condition=Q(is_for_stipends=True), name="purpose_one_for_stipends"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def in_hand(self) -> int:
        return self.came_in - self.paid_out

    @property
    def left(self) -> int:
        """What is in hand and not promised to anyone. Less than nothing when more is promised than is there."""
        return self.in_hand - self.promised


class PaymentQuerySet(models.QuerySet["Payment"]):
    def with_state(self) -> Self:
        """With all that says how a row stands now. Adds `.settled`: how much of it was paid."""
        return self.select_related("group", "purpose", "payee__person", "counter_entry").annotate(
            settled=Coalesce(Sum("settled_by__amount"), 0)
        )

    def newest_first(self) -> Self:
        return self.order_by("-number")

    def stipends_of(self, meeting_id: uuid.UUID, member: Membership) -> Self:
        """What was agreed with this member for coming to this meeting, and was not taken back."""
        return self.filter(
            kind=Payment.Kind.AGREED, for_meeting=meeting_id, payee=member, counters=None, counter_entry=None
        )


class Payment(models.Model):
    """One row of the ledger, insert-only for the application like the journal.

    `amount` is in the smallest unit of the group's currency. A mistake is put right by a row that counters it: the
    same kind, the same amount below zero. Whom money went to may be blanked, and is when a person is erased: sums stay.
    """

    MOST = 10**11

    class Kind(models.TextChoices):
        RECEIVED = "received", _("came in")
        AGREED = "agreed", _("agreed")
        PAID = "paid", _("paid")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="payments")
    number = models.PositiveIntegerField(help_text="Position in this group's ledger, from 1.")
    on = models.DateField(help_text="The day on the group's own calendar.")
    kind = models.CharField(max_length=8, choices=Kind)
    purpose = models.ForeignKey(Purpose, on_delete=models.RESTRICT, related_name="payments")
    amount = models.BigIntegerField()
    payee = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.SET_NULL, related_name="payments", editable=False
    )
    what_for = SealedTextField(_("what for"), blank=True, default="", max_length=120)
    # An id, not a foreign key: meetings go after their time, what was paid for them stays.
    for_meeting = models.UUIDField(null=True, blank=True, editable=False)
    settles = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.RESTRICT, related_name="settled_by", editable=False
    )
    counters = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.RESTRICT, related_name="counter_entry", editable=False
    )
    receipt_code = models.CharField(max_length=8, default=receipt_code, editable=False)
    # Chosen when a form is shown: the same form sent twice is one row.
    form_key = models.UUIDField(default=uuid.uuid4, editable=False)

    objects = PaymentQuerySet.as_manager()
    counter_entry: "Payment"
    settled: int

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = [
            models.UniqueConstraint(fields=["group", "number"], name="payment_number_once_per_group"),
            models.UniqueConstraint(fields=["group", "receipt_code"], name="payment_code_once_per_group"),
            models.UniqueConstraint(fields=["group", "form_key"], name="payment_form_once"),
            models.CheckConstraint(
                condition=Q(counters=None, amount__gt=0, amount__lte=10**11)
                | Q(counters__isnull=False, amount__lt=0, amount__gte=-(10**11)),
                name="payment_below_zero_only_to_counter",
            ),
            models.CheckConstraint(condition=Q(settles=None) | Q(kind="paid"), name="payment_only_paying_settles"),
            models.CheckConstraint(
                condition=Q(payee=None) | Q(kind="agreed") | Q(kind="paid", settles__isnull=False),
                name="payment_to_a_person_was_agreed_before",
            ),
            models.CheckConstraint(condition=~Q(settles=F("id")) & ~Q(counters=F("id")), name="payment_not_of_itself"),
        ]
        indexes = [models.Index(fields=["group", "purpose"], name="payment_by_purpose")]

    def __str__(self) -> str:
        return f"{self.number} {self.kind} {self.amount}"

    def get_absolute_url(self) -> str:
        return reverse("groups:payment-detail", args=[self.group.slug, self.pk])

    @property
    def sealing_owner(self) -> SealingOwner:
        return self.group

    @property
    def amount_in_words(self) -> str:
        return money.as_words(self.amount, self.group.currency)

    @property
    def is_countered(self) -> bool:
        return hasattr(self, "counter_entry")

    @property
    def is_open(self) -> bool:
        """Agreed, and neither paid nor taken back. Asked of rows that came `with_state`."""
        is_agreement = self.kind == self.Kind.AGREED and self.counters_id is None
        return is_agreement and not self.is_countered and self.settled < self.amount

    @property
    def may_be_countered(self) -> bool:
        """Once, and not what was agreed while it is paid: that payment is taken back first."""
        is_first = self.counters_id is None and not self.is_countered
        return is_first and (self.kind != self.Kind.AGREED or self.is_open)

    @property
    def state(self) -> str:
        """In a word, as people read it."""
        if self.counters_id is not None:
            return str(_("takes back another"))
        if self.is_countered:
            return str(_("taken back"))
        if self.kind == self.Kind.AGREED:
            return str(_("agreed, not paid yet") if self.is_open else _("agreed and paid"))
        return self.get_kind_display()
