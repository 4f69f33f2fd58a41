from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Award(_message.Message):
    __slots__ = ("volunteer_id", "awarded_minutes", "overflow_minutes", "recovered_minutes", "group_minutes")
    VOLUNTEER_ID_FIELD_NUMBER: _ClassVar[int]
    AWARDED_MINUTES_FIELD_NUMBER: _ClassVar[int]
    OVERFLOW_MINUTES_FIELD_NUMBER: _ClassVar[int]
    RECOVERED_MINUTES_FIELD_NUMBER: _ClassVar[int]
    GROUP_MINUTES_FIELD_NUMBER: _ClassVar[int]
    volunteer_id: str
    awarded_minutes: int
    overflow_minutes: int
    recovered_minutes: int
    group_minutes: int
    def __init__(self, volunteer_id: _Optional[str] = ..., awarded_minutes: _Optional[int] = ..., overflow_minutes: _Optional[int] = ..., recovered_minutes: _Optional[int] = ..., group_minutes: _Optional[int] = ...) -> None: ...

class HoursSettled(_message.Message):
    __slots__ = ("posting_id", "order_id", "district_id", "approval_id", "settlement", "funding", "awards", "paid_minutes", "released_minutes", "policy_version", "settled_at_us", "issued_minutes", "entry")
    POSTING_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    APPROVAL_ID_FIELD_NUMBER: _ClassVar[int]
    SETTLEMENT_FIELD_NUMBER: _ClassVar[int]
    FUNDING_FIELD_NUMBER: _ClassVar[int]
    AWARDS_FIELD_NUMBER: _ClassVar[int]
    PAID_MINUTES_FIELD_NUMBER: _ClassVar[int]
    RELEASED_MINUTES_FIELD_NUMBER: _ClassVar[int]
    POLICY_VERSION_FIELD_NUMBER: _ClassVar[int]
    SETTLED_AT_US_FIELD_NUMBER: _ClassVar[int]
    ISSUED_MINUTES_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    posting_id: str
    order_id: str
    district_id: str
    approval_id: str
    settlement: int
    funding: str
    awards: _containers.RepeatedCompositeFieldContainer[Award]
    paid_minutes: int
    released_minutes: int
    policy_version: int
    settled_at_us: int
    issued_minutes: int
    entry: bytes
    def __init__(self, posting_id: _Optional[str] = ..., order_id: _Optional[str] = ..., district_id: _Optional[str] = ..., approval_id: _Optional[str] = ..., settlement: _Optional[int] = ..., funding: _Optional[str] = ..., awards: _Optional[_Iterable[_Union[Award, _Mapping]]] = ..., paid_minutes: _Optional[int] = ..., released_minutes: _Optional[int] = ..., policy_version: _Optional[int] = ..., settled_at_us: _Optional[int] = ..., issued_minutes: _Optional[int] = ..., entry: _Optional[bytes] = ...) -> None: ...

class TransferPosted(_message.Message):
    __slots__ = ("transfer_id", "posting_id", "district_id", "debit_wallet_id", "credit_wallet_id", "amount_minutes", "reason", "cause_id", "order_id", "effective_at_us", "recorded_at_us", "debit_person_id", "credit_person_id", "entry")
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    POSTING_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    DEBIT_WALLET_ID_FIELD_NUMBER: _ClassVar[int]
    CREDIT_WALLET_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MINUTES_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CAUSE_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_AT_US_FIELD_NUMBER: _ClassVar[int]
    RECORDED_AT_US_FIELD_NUMBER: _ClassVar[int]
    DEBIT_PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    CREDIT_PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    transfer_id: str
    posting_id: str
    district_id: str
    debit_wallet_id: str
    credit_wallet_id: str
    amount_minutes: int
    reason: str
    cause_id: str
    order_id: str
    effective_at_us: int
    recorded_at_us: int
    debit_person_id: str
    credit_person_id: str
    entry: bytes
    def __init__(self, transfer_id: _Optional[str] = ..., posting_id: _Optional[str] = ..., district_id: _Optional[str] = ..., debit_wallet_id: _Optional[str] = ..., credit_wallet_id: _Optional[str] = ..., amount_minutes: _Optional[int] = ..., reason: _Optional[str] = ..., cause_id: _Optional[str] = ..., order_id: _Optional[str] = ..., effective_at_us: _Optional[int] = ..., recorded_at_us: _Optional[int] = ..., debit_person_id: _Optional[str] = ..., credit_person_id: _Optional[str] = ..., entry: _Optional[bytes] = ...) -> None: ...

class EntryNoted(_message.Message):
    __slots__ = ("note_id", "district_id", "reason", "person_id", "amount_minutes", "order_id", "cause_id", "entry")
    NOTE_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MINUTES_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    CAUSE_ID_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    note_id: str
    district_id: str
    reason: str
    person_id: str
    amount_minutes: int
    order_id: str
    cause_id: str
    entry: bytes
    def __init__(self, note_id: _Optional[str] = ..., district_id: _Optional[str] = ..., reason: _Optional[str] = ..., person_id: _Optional[str] = ..., amount_minutes: _Optional[int] = ..., order_id: _Optional[str] = ..., cause_id: _Optional[str] = ..., entry: _Optional[bytes] = ...) -> None: ...

class TransferRefused(_message.Message):
    __slots__ = ("request_id", "district_id", "cause_id", "code", "person_id", "entry")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    CAUSE_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    district_id: str
    cause_id: str
    code: str
    person_id: str
    entry: bytes
    def __init__(self, request_id: _Optional[str] = ..., district_id: _Optional[str] = ..., cause_id: _Optional[str] = ..., code: _Optional[str] = ..., person_id: _Optional[str] = ..., entry: _Optional[bytes] = ...) -> None: ...

class WalletsFrozen(_message.Message):
    __slots__ = ("person_id", "district_id", "entry")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    district_id: str
    entry: bytes
    def __init__(self, person_id: _Optional[str] = ..., district_id: _Optional[str] = ..., entry: _Optional[bytes] = ...) -> None: ...

class WalletsUnfrozen(_message.Message):
    __slots__ = ("person_id", "district_id", "cause_id", "returned_minutes", "entry")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    CAUSE_ID_FIELD_NUMBER: _ClassVar[int]
    RETURNED_MINUTES_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    district_id: str
    cause_id: str
    returned_minutes: int
    entry: bytes
    def __init__(self, person_id: _Optional[str] = ..., district_id: _Optional[str] = ..., cause_id: _Optional[str] = ..., returned_minutes: _Optional[int] = ..., entry: _Optional[bytes] = ...) -> None: ...

class HoldPart(_message.Message):
    __slots__ = ("wallet_id", "wallet_class", "amount_minutes")
    WALLET_ID_FIELD_NUMBER: _ClassVar[int]
    WALLET_CLASS_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MINUTES_FIELD_NUMBER: _ClassVar[int]
    wallet_id: str
    wallet_class: str
    amount_minutes: int
    def __init__(self, wallet_id: _Optional[str] = ..., wallet_class: _Optional[str] = ..., amount_minutes: _Optional[int] = ...) -> None: ...

class HoldPlaced(_message.Message):
    __slots__ = ("hold_id", "district_id", "payer_id", "amount_minutes", "parts", "funding", "entry")
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    PAYER_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MINUTES_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    FUNDING_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    hold_id: str
    district_id: str
    payer_id: str
    amount_minutes: int
    parts: _containers.RepeatedCompositeFieldContainer[HoldPart]
    funding: str
    entry: bytes
    def __init__(self, hold_id: _Optional[str] = ..., district_id: _Optional[str] = ..., payer_id: _Optional[str] = ..., amount_minutes: _Optional[int] = ..., parts: _Optional[_Iterable[_Union[HoldPart, _Mapping]]] = ..., funding: _Optional[str] = ..., entry: _Optional[bytes] = ...) -> None: ...

class HoldRefused(_message.Message):
    __slots__ = ("hold_id", "district_id", "code", "funding", "entry")
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    FUNDING_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    hold_id: str
    district_id: str
    code: str
    funding: str
    entry: bytes
    def __init__(self, hold_id: _Optional[str] = ..., district_id: _Optional[str] = ..., code: _Optional[str] = ..., funding: _Optional[str] = ..., entry: _Optional[bytes] = ...) -> None: ...

class HoldCaptured(_message.Message):
    __slots__ = ("hold_id", "district_id", "captured_minutes", "released_minutes", "entry")
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    CAPTURED_MINUTES_FIELD_NUMBER: _ClassVar[int]
    RELEASED_MINUTES_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    hold_id: str
    district_id: str
    captured_minutes: int
    released_minutes: int
    entry: bytes
    def __init__(self, hold_id: _Optional[str] = ..., district_id: _Optional[str] = ..., captured_minutes: _Optional[int] = ..., released_minutes: _Optional[int] = ..., entry: _Optional[bytes] = ...) -> None: ...

class HoldReleased(_message.Message):
    __slots__ = ("hold_id", "district_id", "amount_minutes", "entry")
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MINUTES_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    hold_id: str
    district_id: str
    amount_minutes: int
    entry: bytes
    def __init__(self, hold_id: _Optional[str] = ..., district_id: _Optional[str] = ..., amount_minutes: _Optional[int] = ..., entry: _Optional[bytes] = ...) -> None: ...

class HoldExpired(_message.Message):
    __slots__ = ("hold_id", "district_id", "amount_minutes")
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_MINUTES_FIELD_NUMBER: _ClassVar[int]
    hold_id: str
    district_id: str
    amount_minutes: int
    def __init__(self, hold_id: _Optional[str] = ..., district_id: _Optional[str] = ..., amount_minutes: _Optional[int] = ...) -> None: ...

class TransferReversed(_message.Message):
    __slots__ = ("posting_id", "district_id", "cause_id", "order_id", "settlement", "shortfall_minutes", "entry")
    POSTING_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    CAUSE_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    SETTLEMENT_FIELD_NUMBER: _ClassVar[int]
    SHORTFALL_MINUTES_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    posting_id: str
    district_id: str
    cause_id: str
    order_id: str
    settlement: int
    shortfall_minutes: int
    entry: bytes
    def __init__(self, posting_id: _Optional[str] = ..., district_id: _Optional[str] = ..., cause_id: _Optional[str] = ..., order_id: _Optional[str] = ..., settlement: _Optional[int] = ..., shortfall_minutes: _Optional[int] = ..., entry: _Optional[bytes] = ...) -> None: ...

class CheckpointSigned(_message.Message):
    __slots__ = ("district_id", "size", "root", "note")
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    ROOT_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    district_id: str
    size: int
    root: bytes
    note: str
    def __init__(self, district_id: _Optional[str] = ..., size: _Optional[int] = ..., root: _Optional[bytes] = ..., note: _Optional[str] = ...) -> None: ...

class ErasureAnswered(_message.Message):
    __slots__ = ("erasure_id", "person_id", "answer", "code")
    ERASURE_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    erasure_id: str
    person_id: str
    answer: str
    code: str
    def __init__(self, erasure_id: _Optional[str] = ..., person_id: _Optional[str] = ..., answer: _Optional[str] = ..., code: _Optional[str] = ...) -> None: ...
