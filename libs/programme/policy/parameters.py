"""Every parameter of a district's rules, with its type and today's default.

Generated from the parameter list by `make proto`; change the list instead.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class ProgrammeParameters:
    display_name: str = "互助时间平台"
    unit_name: str = "时间币"
    monthly_budget_minutes: int | None = None


@dataclass(frozen=True, kw_only=True)
class UnitParameters:
    minutes_per_credit: int = 60


@dataclass(frozen=True, kw_only=True)
class TimeParameters:
    countable_excludes_travel: bool = True
    rounding_step_minutes: int = 30
    rounding_mode: Literal["floor"] = "floor"
    min_countable_minutes: int = 30
    keep_actual_minutes: bool = True


@dataclass(frozen=True, kw_only=True)
class EarnParameters:
    daily_cap_minutes: int | None = None
    per_order_cap_minutes: int | None = None
    hard_daily_max_minutes: int = 480
    balance_cap_minutes: int | None = 90000
    over_cap_action: Literal["public_pool", "none"] = "public_pool"
    over_daily_cap_action: Literal["public_pool", "none"] = "public_pool"
    min_age: int = 18
    min_age_women: int | None = None
    max_age: int | None = None
    minor_mode: Literal["guardian_accompanied", "group_only", "none"] = "guardian_accompanied"
    minor_max_risk: Literal["L", "M"] = "L"
    requires_training: bool = True
    requires_clean_credit: bool = True
    group_hours_to: Literal["public_pool", "volunteer"] = "public_pool"
    offline_class: Literal["attested", "none"] = "attested"
    related_party_block: bool = True
    no_pay_overlap: bool = True


@dataclass(frozen=True, kw_only=True)
class CoefParameters:
    table: Mapping[str, int] = field(default_factory=dict)
    min_percent: int = 50
    max_percent: int = 200


@dataclass(frozen=True, kw_only=True)
class OrderParameters:
    review_required: bool = False
    review_hours: int = 72
    funding_hours: int = 24
    risk_statement_required: bool = True
    persons_max: int = 4
    goes_with_fewer: bool = True


@dataclass(frozen=True, kw_only=True)
class OfferParameters:
    accept_within_minutes: int = 120
    open_max: int = 5


@dataclass(frozen=True, kw_only=True)
class MatchParameters:
    near_weight: int = 40
    served_before_weight: int = 30
    free_time_weight: int = 15
    fair_share_weight: int = 15
    language_weight: int = 20
    far_metres: int = 5000
    fair_share_days: int = 30
    fair_share_orders: int = 8


@dataclass(frozen=True, kw_only=True)
class PlanParameters:
    day_minutes_max: int = 240
    week_minutes_max: int = 600
    travel_metres_per_minute: int = 100
    reach_metres: int = 5000


@dataclass(frozen=True, kw_only=True)
class CheckInParameters:
    early_minutes: int = 15
    late_minutes: int = 30
    offline_hours: int = 24


@dataclass(frozen=True, kw_only=True)
class CheckOutParameters:
    auto_after_minutes: int = 60
    overrun_minutes: int = 30


@dataclass(frozen=True, kw_only=True)
class RedeemParameters:
    min_age: int = 60
    hardship_age: int = 60
    min_hours_served: int = 0
    for_relatives: Literal["none", "direct_relatives", "relatives_and_friends"] = "direct_relatives"
    max_minutes_per_week: int | None = 240
    goods_allowed: bool = False
    institution_place_threshold_minutes: int | None = None


@dataclass(frozen=True, kw_only=True)
class GrantParameters:
    starting_credit_minutes: int = 0
    key_elder_monthly_minutes: int | None = None
    expires_month_end: bool = True
    key_elder_rule: Literal["nanjing"] = "nanjing"


@dataclass(frozen=True, kw_only=True)
class PoolParameters:
    eligible_hardship: tuple[str, ...] = ("empty_nest_alone", "dibao", "dibian", "tekun", "special_care", "lost_only_child", "severe_disability")


@dataclass(frozen=True, kw_only=True)
class TransferParameters:
    gift_enabled: bool = True
    gift_scope: Literal["direct_relatives", "relatives_and_friends"] = "direct_relatives"
    gift_monthly_cap_minutes: int = 600
    donate_to: tuple[str, ...] = ("pool",)


@dataclass(frozen=True, kw_only=True)
class CreditParameters:
    expiry: Literal["never"] = "never"
    interest: int = 0
    cash_in: bool = False
    cash_out: bool = False
    trade: bool = False
    overdraft_minutes: int = 0


@dataclass(frozen=True, kw_only=True)
class ReversalParameters:
    recover_for: tuple[str, ...] = ("false_hours",)


@dataclass(frozen=True, kw_only=True)
class DeathParameters:
    action: Literal["freeze_then_heir_or_pool"] = "freeze_then_heir_or_pool"
    settle_within_days: int = 180
    heir_min_age: int = 0


@dataclass(frozen=True, kw_only=True)
class ExitParameters:
    action: Literal["keep_record"] = "keep_record"


@dataclass(frozen=True, kw_only=True)
class ReserveParameters:
    required: bool = True
    alarm_minutes: int | None = None
    fund_yuan: int | None = None
    price_yuan_per_hour: int = 20


@dataclass(frozen=True, kw_only=True)
class PurchaseParameters:
    min_minutes_per_month: int = 1800
    max_minutes_per_month: int = 3600
    services: tuple[str, ...] = ("A1", "A2", "A3", "A4", "A5")


@dataclass(frozen=True, kw_only=True)
class FallbackParameters:
    no_taker_hours: int = 24
    refer_after_hours: int = 48
    refer_before_start_hours: int = 24
    ask_before_hours: int = 12
    unanswered: Literal["refer", "wait"] = "refer"
    outcome_days: int = 14
    action: Literal["refer"] = "refer"


@dataclass(frozen=True, kw_only=True)
class CrossDistrictParameters:
    enabled: bool = True


@dataclass(frozen=True, kw_only=True)
class VerifyParameters:
    verified_by: tuple[tuple[str, ...], ...] = (("door_code",), ("place", "call_back"))
    max_signs_per_day: int = 3
    geofence_m: int = 300


@dataclass(frozen=True, kw_only=True)
class ConfirmParameters:
    auto_after_hours: int = 72
    sign_days: int = 30


@dataclass(frozen=True, kw_only=True)
class ReviewParameters:
    sample_rate_percent: int = 5


@dataclass(frozen=True, kw_only=True)
class DisputeParameters:
    window_days: int = 15
    decide_days: int = 15
    appeal_days: int = 15
    appeal_decide_days: int = 15


@dataclass(frozen=True, kw_only=True)
class ObjectionParameters:
    window_days: int = 15
    decide_days: int = 15


@dataclass(frozen=True, kw_only=True)
class CancelParameters:
    free_before_hours: int = 12


@dataclass(frozen=True, kw_only=True)
class NoshowParameters:
    report_after_minutes: int = 30
    close_hours: int = 72
    window_days: int = 90
    pause_second_days: int = 7
    pause_third_days: int = 30


@dataclass(frozen=True, kw_only=True)
class LateEntryParameters:
    max_age_days: int = 30
    slips_issued_first: bool = True


@dataclass(frozen=True, kw_only=True)
class FlagParameters:
    round_streak: int = 5
    round_minutes: int = 30
    pair_max_per_30_days: int = 12
    travel_kmh_max: int = 60


@dataclass(frozen=True, kw_only=True)
class FraudParameters:
    action: Literal["reverse_suspend_report"] = "reverse_suspend_report"


@dataclass(frozen=True, kw_only=True)
class StarParameters:
    thresholds_hours: tuple[int, ...] = (100, 300, 600, 1000, 1500)


@dataclass(frozen=True, kw_only=True)
class InsuranceParameters:
    required_for_risk: tuple[str, ...] = ("M", "H")


@dataclass(frozen=True, kw_only=True)
class AgreementParameters:
    written_if: tuple[str, ...] = ("risky", "over_one_month", "on_request")


@dataclass(frozen=True, kw_only=True)
class UrgentParameters:
    answer_within_minutes: int = 2
    rounds: int = 2


@dataclass(frozen=True, kw_only=True)
class WelfareParameters:
    call_minutes: int = 10
    contact_minutes: int = 20
    door_minutes: int = 45


@dataclass(frozen=True, kw_only=True)
class SeriesParameters:
    days_ahead: int = 14
    holidays: tuple[date, ...] = ()


@dataclass(frozen=True, kw_only=True)
class VisitParameters:
    high_risk_days: int = 7
    key_days: int = 30
    general_days: int = 90
    monthly_target_percent: int = 100


@dataclass(frozen=True, kw_only=True)
class RetentionParameters:
    service_records_years: int = 10
    location_days: int = 180
    photo_days: int = 180
    pia_years: int = 3


@dataclass(frozen=True, kw_only=True)
class PrivacyParameters:
    erasure_mode: Literal["unlink_identity"] = "unlink_identity"
    consents: tuple[str, ...] = ("health", "location", "hardship", "child", "disclosure")


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """All groups; `Parameters()` are today's defaults."""

    programme: ProgrammeParameters = ProgrammeParameters()
    unit: UnitParameters = UnitParameters()
    time: TimeParameters = TimeParameters()
    earn: EarnParameters = EarnParameters()
    coef: CoefParameters = CoefParameters()
    order: OrderParameters = OrderParameters()
    offer: OfferParameters = OfferParameters()
    match: MatchParameters = MatchParameters()
    plan: PlanParameters = PlanParameters()
    check_in: CheckInParameters = CheckInParameters()
    check_out: CheckOutParameters = CheckOutParameters()
    redeem: RedeemParameters = RedeemParameters()
    grant: GrantParameters = GrantParameters()
    pool: PoolParameters = PoolParameters()
    transfer: TransferParameters = TransferParameters()
    credit: CreditParameters = CreditParameters()
    reversal: ReversalParameters = ReversalParameters()
    death: DeathParameters = DeathParameters()
    exit: ExitParameters = ExitParameters()
    reserve: ReserveParameters = ReserveParameters()
    purchase: PurchaseParameters = PurchaseParameters()
    fallback: FallbackParameters = FallbackParameters()
    cross_district: CrossDistrictParameters = CrossDistrictParameters()
    verify: VerifyParameters = VerifyParameters()
    confirm: ConfirmParameters = ConfirmParameters()
    review: ReviewParameters = ReviewParameters()
    dispute: DisputeParameters = DisputeParameters()
    objection: ObjectionParameters = ObjectionParameters()
    cancel: CancelParameters = CancelParameters()
    noshow: NoshowParameters = NoshowParameters()
    late_entry: LateEntryParameters = LateEntryParameters()
    flag: FlagParameters = FlagParameters()
    fraud: FraudParameters = FraudParameters()
    star: StarParameters = StarParameters()
    insurance: InsuranceParameters = InsuranceParameters()
    agreement: AgreementParameters = AgreementParameters()
    urgent: UrgentParameters = UrgentParameters()
    welfare: WelfareParameters = WelfareParameters()
    series: SeriesParameters = SeriesParameters()
    visit: VisitParameters = VisitParameters()
    retention: RetentionParameters = RetentionParameters()
    privacy: PrivacyParameters = PrivacyParameters()
