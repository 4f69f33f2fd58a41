from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RoleAt(_message.Message):
    __slots__ = ("role", "unit_id", "lent_by_id")
    ROLE_FIELD_NUMBER: _ClassVar[int]
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    LENT_BY_ID_FIELD_NUMBER: _ClassVar[int]
    role: str
    unit_id: str
    lent_by_id: str
    def __init__(self, role: _Optional[str] = ..., unit_id: _Optional[str] = ..., lent_by_id: _Optional[str] = ...) -> None: ...

class Qualifications(_message.Message):
    __slots__ = ("training", "clean_record", "insured_until", "certificates")
    TRAINING_FIELD_NUMBER: _ClassVar[int]
    CLEAN_RECORD_FIELD_NUMBER: _ClassVar[int]
    INSURED_UNTIL_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATES_FIELD_NUMBER: _ClassVar[int]
    training: bool
    clean_record: bool
    insured_until: str
    certificates: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, training: _Optional[bool] = ..., clean_record: _Optional[bool] = ..., insured_until: _Optional[str] = ..., certificates: _Optional[_Iterable[str]] = ...) -> None: ...

class PersonState(_message.Message):
    __slots__ = ("person_id", "version", "status", "home_unit_id", "district_id", "born", "sex", "grade", "hardship", "household_id", "home_latitude_millideg", "home_longitude_millideg", "home_known", "roles", "qualifications", "visit_risk", "visit_listed_on", "registered_at_us", "died_on", "known_to", "household_verified", "speaks")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    HOME_UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    BORN_FIELD_NUMBER: _ClassVar[int]
    SEX_FIELD_NUMBER: _ClassVar[int]
    GRADE_FIELD_NUMBER: _ClassVar[int]
    HARDSHIP_FIELD_NUMBER: _ClassVar[int]
    HOUSEHOLD_ID_FIELD_NUMBER: _ClassVar[int]
    HOME_LATITUDE_MILLIDEG_FIELD_NUMBER: _ClassVar[int]
    HOME_LONGITUDE_MILLIDEG_FIELD_NUMBER: _ClassVar[int]
    HOME_KNOWN_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    QUALIFICATIONS_FIELD_NUMBER: _ClassVar[int]
    VISIT_RISK_FIELD_NUMBER: _ClassVar[int]
    VISIT_LISTED_ON_FIELD_NUMBER: _ClassVar[int]
    REGISTERED_AT_US_FIELD_NUMBER: _ClassVar[int]
    DIED_ON_FIELD_NUMBER: _ClassVar[int]
    KNOWN_TO_FIELD_NUMBER: _ClassVar[int]
    HOUSEHOLD_VERIFIED_FIELD_NUMBER: _ClassVar[int]
    SPEAKS_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    version: int
    status: str
    home_unit_id: str
    district_id: str
    born: str
    sex: str
    grade: str
    hardship: _containers.RepeatedScalarFieldContainer[str]
    household_id: str
    home_latitude_millideg: int
    home_longitude_millideg: int
    home_known: bool
    roles: _containers.RepeatedCompositeFieldContainer[RoleAt]
    qualifications: Qualifications
    visit_risk: str
    visit_listed_on: str
    registered_at_us: int
    died_on: str
    known_to: _containers.RepeatedScalarFieldContainer[str]
    household_verified: bool
    speaks: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, person_id: _Optional[str] = ..., version: _Optional[int] = ..., status: _Optional[str] = ..., home_unit_id: _Optional[str] = ..., district_id: _Optional[str] = ..., born: _Optional[str] = ..., sex: _Optional[str] = ..., grade: _Optional[str] = ..., hardship: _Optional[_Iterable[str]] = ..., household_id: _Optional[str] = ..., home_latitude_millideg: _Optional[int] = ..., home_longitude_millideg: _Optional[int] = ..., home_known: _Optional[bool] = ..., roles: _Optional[_Iterable[_Union[RoleAt, _Mapping]]] = ..., qualifications: _Optional[_Union[Qualifications, _Mapping]] = ..., visit_risk: _Optional[str] = ..., visit_listed_on: _Optional[str] = ..., registered_at_us: _Optional[int] = ..., died_on: _Optional[str] = ..., known_to: _Optional[_Iterable[str]] = ..., household_verified: _Optional[bool] = ..., speaks: _Optional[_Iterable[str]] = ...) -> None: ...

class RelationState(_message.Message):
    __slots__ = ("relation_id", "version", "person_id", "relative_id", "kind", "verified", "active", "declared_by")
    RELATION_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    RELATIVE_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    VERIFIED_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    DECLARED_BY_FIELD_NUMBER: _ClassVar[int]
    relation_id: str
    version: int
    person_id: str
    relative_id: str
    kind: str
    verified: bool
    active: bool
    declared_by: str
    def __init__(self, relation_id: _Optional[str] = ..., version: _Optional[int] = ..., person_id: _Optional[str] = ..., relative_id: _Optional[str] = ..., kind: _Optional[str] = ..., verified: _Optional[bool] = ..., active: _Optional[bool] = ..., declared_by: _Optional[str] = ...) -> None: ...

class ActingGrantState(_message.Message):
    __slots__ = ("grant_id", "version", "person_id", "relative_id", "how", "recorded_by", "active", "acts", "minutes_per_month", "until")
    GRANT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    RELATIVE_ID_FIELD_NUMBER: _ClassVar[int]
    HOW_FIELD_NUMBER: _ClassVar[int]
    RECORDED_BY_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    ACTS_FIELD_NUMBER: _ClassVar[int]
    MINUTES_PER_MONTH_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    grant_id: str
    version: int
    person_id: str
    relative_id: str
    how: str
    recorded_by: str
    active: bool
    acts: _containers.RepeatedScalarFieldContainer[str]
    minutes_per_month: int
    until: str
    def __init__(self, grant_id: _Optional[str] = ..., version: _Optional[int] = ..., person_id: _Optional[str] = ..., relative_id: _Optional[str] = ..., how: _Optional[str] = ..., recorded_by: _Optional[str] = ..., active: _Optional[bool] = ..., acts: _Optional[_Iterable[str]] = ..., minutes_per_month: _Optional[int] = ..., until: _Optional[str] = ...) -> None: ...

class GroupState(_message.Message):
    __slots__ = ("group_id", "version", "unit_id", "district_id", "leader_id", "member_ids", "active")
    GROUP_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    LEADER_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBER_IDS_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    group_id: str
    version: int
    unit_id: str
    district_id: str
    leader_id: str
    member_ids: _containers.RepeatedScalarFieldContainer[str]
    active: bool
    def __init__(self, group_id: _Optional[str] = ..., version: _Optional[int] = ..., unit_id: _Optional[str] = ..., district_id: _Optional[str] = ..., leader_id: _Optional[str] = ..., member_ids: _Optional[_Iterable[str]] = ..., active: _Optional[bool] = ...) -> None: ...

class OrgUnitState(_message.Message):
    __slots__ = ("unit_id", "version", "parent_id", "level", "district_id", "name_zh", "name_en")
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    PARENT_ID_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_ZH_FIELD_NUMBER: _ClassVar[int]
    NAME_EN_FIELD_NUMBER: _ClassVar[int]
    unit_id: str
    version: int
    parent_id: str
    level: str
    district_id: str
    name_zh: str
    name_en: str
    def __init__(self, unit_id: _Optional[str] = ..., version: _Optional[int] = ..., parent_id: _Optional[str] = ..., level: _Optional[str] = ..., district_id: _Optional[str] = ..., name_zh: _Optional[str] = ..., name_en: _Optional[str] = ...) -> None: ...

class PolicyPublished(_message.Message):
    __slots__ = ("district_id", "policy_version", "effective", "parameters_json", "preset", "proposed_by", "decided_by")
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    POLICY_VERSION_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_JSON_FIELD_NUMBER: _ClassVar[int]
    PRESET_FIELD_NUMBER: _ClassVar[int]
    PROPOSED_BY_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    district_id: str
    policy_version: int
    effective: str
    parameters_json: str
    preset: str
    proposed_by: str
    decided_by: str
    def __init__(self, district_id: _Optional[str] = ..., policy_version: _Optional[int] = ..., effective: _Optional[str] = ..., parameters_json: _Optional[str] = ..., preset: _Optional[str] = ..., proposed_by: _Optional[str] = ..., decided_by: _Optional[str] = ...) -> None: ...

class SigningKey(_message.Message):
    __slots__ = ("key_id", "public_key", "retired_at_us")
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
    RETIRED_AT_US_FIELD_NUMBER: _ClassVar[int]
    key_id: str
    public_key: bytes
    retired_at_us: int
    def __init__(self, key_id: _Optional[str] = ..., public_key: _Optional[bytes] = ..., retired_at_us: _Optional[int] = ...) -> None: ...

class SigningKeysChanged(_message.Message):
    __slots__ = ("version", "keys")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    KEYS_FIELD_NUMBER: _ClassVar[int]
    version: int
    keys: _containers.RepeatedCompositeFieldContainer[SigningKey]
    def __init__(self, version: _Optional[int] = ..., keys: _Optional[_Iterable[_Union[SigningKey, _Mapping]]] = ...) -> None: ...

class PersonRegistered(_message.Message):
    __slots__ = ("person_id", "district_id", "registered_by", "volunteer")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    REGISTERED_BY_FIELD_NUMBER: _ClassVar[int]
    VOLUNTEER_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    district_id: str
    registered_by: str
    volunteer: bool
    def __init__(self, person_id: _Optional[str] = ..., district_id: _Optional[str] = ..., registered_by: _Optional[str] = ..., volunteer: _Optional[bool] = ...) -> None: ...

class PersonSuspended(_message.Message):
    __slots__ = ("person_id", "by", "why")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    by: str
    why: str
    def __init__(self, person_id: _Optional[str] = ..., by: _Optional[str] = ..., why: _Optional[str] = ...) -> None: ...

class PersonReinstated(_message.Message):
    __slots__ = ("person_id", "by")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    by: str
    def __init__(self, person_id: _Optional[str] = ..., by: _Optional[str] = ...) -> None: ...

class PersonDied(_message.Message):
    __slots__ = ("person_id", "died_on", "recorded_by", "district_id", "confirmed_by", "death_id")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    DIED_ON_FIELD_NUMBER: _ClassVar[int]
    RECORDED_BY_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    CONFIRMED_BY_FIELD_NUMBER: _ClassVar[int]
    DEATH_ID_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    died_on: str
    recorded_by: str
    district_id: str
    confirmed_by: str
    death_id: str
    def __init__(self, person_id: _Optional[str] = ..., died_on: _Optional[str] = ..., recorded_by: _Optional[str] = ..., district_id: _Optional[str] = ..., confirmed_by: _Optional[str] = ..., death_id: _Optional[str] = ...) -> None: ...

class DeathMistakeFound(_message.Message):
    __slots__ = ("mistake_id", "death_id", "person_id", "district_id", "proposed_by", "decided_by")
    MISTAKE_ID_FIELD_NUMBER: _ClassVar[int]
    DEATH_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    PROPOSED_BY_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    mistake_id: str
    death_id: str
    person_id: str
    district_id: str
    proposed_by: str
    decided_by: str
    def __init__(self, mistake_id: _Optional[str] = ..., death_id: _Optional[str] = ..., person_id: _Optional[str] = ..., district_id: _Optional[str] = ..., proposed_by: _Optional[str] = ..., decided_by: _Optional[str] = ...) -> None: ...

class PersonDeathMistaken(_message.Message):
    __slots__ = ("person_id", "death_id", "district_id", "proposed_by", "decided_by")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    DEATH_ID_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    PROPOSED_BY_FIELD_NUMBER: _ClassVar[int]
    DECIDED_BY_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    death_id: str
    district_id: str
    proposed_by: str
    decided_by: str
    def __init__(self, person_id: _Optional[str] = ..., death_id: _Optional[str] = ..., district_id: _Optional[str] = ..., proposed_by: _Optional[str] = ..., decided_by: _Optional[str] = ...) -> None: ...

class ErasureRequested(_message.Message):
    __slots__ = ("erasure_id", "person_id", "requested_by", "credit_to_pool", "district_id")
    ERASURE_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    REQUESTED_BY_FIELD_NUMBER: _ClassVar[int]
    CREDIT_TO_POOL_FIELD_NUMBER: _ClassVar[int]
    DISTRICT_ID_FIELD_NUMBER: _ClassVar[int]
    erasure_id: str
    person_id: str
    requested_by: str
    credit_to_pool: bool
    district_id: str
    def __init__(self, erasure_id: _Optional[str] = ..., person_id: _Optional[str] = ..., requested_by: _Optional[str] = ..., credit_to_pool: _Optional[bool] = ..., district_id: _Optional[str] = ...) -> None: ...

class PersonErased(_message.Message):
    __slots__ = ("erasure_id", "person_id", "status")
    ERASURE_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    erasure_id: str
    person_id: str
    status: str
    def __init__(self, erasure_id: _Optional[str] = ..., person_id: _Optional[str] = ..., status: _Optional[str] = ...) -> None: ...

class SessionsEnded(_message.Message):
    __slots__ = ("person_id", "session_ids", "tokens_end_at_us")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_IDS_FIELD_NUMBER: _ClassVar[int]
    TOKENS_END_AT_US_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    session_ids: _containers.RepeatedScalarFieldContainer[str]
    tokens_end_at_us: int
    def __init__(self, person_id: _Optional[str] = ..., session_ids: _Optional[_Iterable[str]] = ..., tokens_end_at_us: _Optional[int] = ...) -> None: ...

class DutyNotReached(_message.Message):
    __slots__ = ("person_id", "incident_id")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    INCIDENT_ID_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    incident_id: str
    def __init__(self, person_id: _Optional[str] = ..., incident_id: _Optional[str] = ...) -> None: ...

class WorkHandedOver(_message.Message):
    __slots__ = ("handover_id", "person_id", "to_id", "unit_id", "kinds", "by")
    HANDOVER_ID_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    TO_ID_FIELD_NUMBER: _ClassVar[int]
    UNIT_ID_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    handover_id: str
    person_id: str
    to_id: str
    unit_id: str
    kinds: _containers.RepeatedScalarFieldContainer[str]
    by: str
    def __init__(self, handover_id: _Optional[str] = ..., person_id: _Optional[str] = ..., to_id: _Optional[str] = ..., unit_id: _Optional[str] = ..., kinds: _Optional[_Iterable[str]] = ..., by: _Optional[str] = ...) -> None: ...

class QualificationLapsed(_message.Message):
    __slots__ = ("person_id", "qualification", "last_valid_on")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    QUALIFICATION_FIELD_NUMBER: _ClassVar[int]
    LAST_VALID_ON_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    qualification: str
    last_valid_on: str
    def __init__(self, person_id: _Optional[str] = ..., qualification: _Optional[str] = ..., last_valid_on: _Optional[str] = ...) -> None: ...

class DeviceKeyState(_message.Message):
    __slots__ = ("key_id", "version", "person_id", "public_key", "registered_at_us", "revoked_at_us")
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
    REGISTERED_AT_US_FIELD_NUMBER: _ClassVar[int]
    REVOKED_AT_US_FIELD_NUMBER: _ClassVar[int]
    key_id: str
    version: int
    person_id: str
    public_key: bytes
    registered_at_us: int
    revoked_at_us: int
    def __init__(self, key_id: _Optional[str] = ..., version: _Optional[int] = ..., person_id: _Optional[str] = ..., public_key: _Optional[bytes] = ..., registered_at_us: _Optional[int] = ..., revoked_at_us: _Optional[int] = ...) -> None: ...

class DeviceKeyRegistered(_message.Message):
    __slots__ = ("person_id", "device_id", "public_key")
    PERSON_ID_FIELD_NUMBER: _ClassVar[int]
    DEVICE_ID_FIELD_NUMBER: _ClassVar[int]
    PUBLIC_KEY_FIELD_NUMBER: _ClassVar[int]
    person_id: str
    device_id: str
    public_key: bytes
    def __init__(self, person_id: _Optional[str] = ..., device_id: _Optional[str] = ..., public_key: _Optional[bytes] = ...) -> None: ...
