"""What the desk records about somebody: each one form, with who finds it and which request it becomes."""

from __future__ import annotations

from libs.programme.acting_grants import GrantedAct
from libs.programme.words import PERSON_ROLES, STAFF_ROLES, Grade, Hardship, Kinship, Role, VisitRisk
from libs.translation import message
from services.web.kit.forms import NAME_MAX, Field, Form, Kind

CERTIFICATES = ("health", "carer", "palliative_training", "medical_licence", "legal_licence", "dementia_training")
DOCUMENTS = ("resident", "passport", "other")
COMPLAINTS = ("suspension", "treatment", "records", "other")
OLD_CREDIT = ("earned", "granted", "received")
OF_PEOPLE = tuple(role for role in Role if role in PERSON_ROLES)
OF_STAFF = tuple(role for role in Role if role in STAFF_ROLES)
NOBODY_ELSE = message("Telephone number, name or number of a document, in full")
RECORDED = message("Recorded.")
WAITS = message("Proposed. A second person decides.")
WHY = Field("why", message("Reason"), Kind.WORDS, most=500)
WHERE = Field("unit_id", message("Where"), Kind.UNIT)
MINUTES = Field("minutes", message("How long"), Kind.MINUTES, hint=message("Such as 90, 1:30 or 1 h 30."))
ASKED = message("Sent to the ledger, or to a second person where two must agree.")

ABOUT_THEM = (
    Form(
        "details",
        message("Name, address, telephone"),
        "register_person",
        "POST",
        "/v1/persons/{person}/details",
        RECORDED,
        (
            Field("phone_number", message("Telephone"), required=False, most=NAME_MAX),
            Field("address", message("Address"), required=False),
            Field("household", message("Household"), required=False, hint=message("Who live together have the same.")),
            Field("visit_risk", message("How often to be visited"), Kind.CHOICE, tuple(VisitRisk), "risk", "", False),
        ),
        advice=message("What stays empty stays as it is."),
        by_consent=True,
        versioned=True,
    ),
    Form(
        "move",
        message("Move to another community"),
        "register_person",
        "POST",
        "/v1/persons/{person}/move",
        RECORDED,
        (Field("home_unit_id", message("Community"), Kind.UNIT),),
        advice=message("Credit moves with the person, also to another district."),
        versioned=True,
    ),
    Form(
        "document",
        message("I saw the document"),
        "see_identity",
        "PUT",
        "/v1/persons/{person}/identity-sightings/{command}",
        RECORDED,
        (Field("document", message("Document that you saw"), Kind.CHOICE, DOCUMENTS, "document"),),
        advice=message("Before somebody gets a staff role, two members of staff must have seen it."),
    ),
    Form(
        "grade",
        message("Ability grade"),
        "assess_grade",
        "PUT",
        "/v1/persons/{person}/assessments/{command}",
        WAITS,
        (Field("grade", message("Grade"), Kind.CHOICE, tuple(Grade), "grade"),),
        advice=message("It counts when a second person has confirmed it."),
    ),
    Form(
        "hardship",
        message("Hardship"),
        "record_hardship",
        "PUT",
        "/v1/persons/{person}/hardships/{command}",
        WAITS,
        (Field("categories", message("What applies"), Kind.BOXES, tuple(Hardship), "hardship"),),
        advice=message("What you tick takes the place of what is noted, when a second person has confirmed it."),
    ),
    Form(
        "qualifications",
        message("Training, insurance, certificates"),
        "qualify_volunteer",
        "POST",
        "/v1/persons/{person}/qualifications",
        RECORDED,
        (
            Field("training", message("Has done the training"), Kind.YES),
            Field("clean_record", message("No record that speaks against it"), Kind.YES),
            Field("insured_until", message("Insured until"), Kind.DAY, required=False),
            Field("certificates", message("Certificates"), Kind.BOXES, CERTIFICATES, "certificate_of"),
        ),
    ),
    Form(
        "relation",
        message("Relation"),
        "record_relation",
        "PUT",
        "/v1/relations/{command}",
        WAITS,
        (
            Field("relative_id", message("Who is related"), Kind.PERSON, hint=NOBODY_ELSE),
            Field("kind", message("What that person is"), Kind.CHOICE, tuple(Kinship), "kind"),
            Field("verified", message("A document was seen; a second person is to confirm it"), Kind.YES),
        ),
        fixed=(("person_id", "{person}"),),
        by_consent=True,
    ),
    Form(
        "grant",
        message("Let a relative act for this person"),
        "record_acting_grant",
        "PUT",
        "/v1/acting-grants/{command}",
        message("Recorded. Each use of it is shown to both."),
        (
            Field("relative_id", message("Who may act"), Kind.PERSON, hint=NOBODY_ELSE),
            Field("acts", message("In what"), Kind.BOXES, tuple(GrantedAct), "granted"),
            Field("minutes_per_month", message("At most how much a month"), Kind.MINUTES, required=False),
            Field("until", message("Until"), Kind.DAY),
        ),
        fixed=(("person_id", "{person}"),),
        by_word=True,
    ),
    Form(
        "role",
        message("Make a recipient, a volunteer or a provider's worker"),
        "register_person",
        "PUT",
        "/v1/persons/{person}/roles/{command}",
        RECORDED,
        (Field("role", message("Role"), Kind.CHOICE, OF_PEOPLE, "role"), WHERE),
    ),
    Form(
        "staff-role",
        message("Give a staff role"),
        "grant_role",
        "PUT",
        "/v1/persons/{person}/roles/{command}",
        WAITS,
        (Field("role", message("Role"), Kind.CHOICE, OF_STAFF, "role"), WHERE),
        advice=message("Another member of staff decides, and two must have seen the person's document."),
    ),
    Form(
        "number",
        message("Another number for a member of staff"),
        "register_person",
        "PUT",
        "/v1/persons/{person}/phone-changes/{command}",
        WAITS,
        (Field("phone_number", message("Telephone"), most=NAME_MAX),),
        advice=message("The number opens the account, so a second person decides. Of others it is changed at once."),
    ),
    Form(
        "complaint",
        message("Write down a complaint"),
        "act_for",
        "PUT",
        "/v1/complaints/{command}",
        RECORDED,
        (
            Field("about", message("About what"), Kind.CHOICE, COMPLAINTS, "complaint"),
            Field("words", message("In the person's own words"), Kind.WORDS, most=2000),
        ),
        by_consent=True,
    ),
)
ABOUT_CREDIT = (
    Form(
        "entitlement",
        message("Purchased hours a month"),
        "propose_entitlement",
        "PUT",
        "/v1/entitlements/{command}",
        WAITS,
        (MINUTES, WHY),
        fixed=(("person_id", "{person}"),),
        advice=message("What the government pays for in each month, from this one on; 0 ends it."),
    ),
    Form(
        "old-book",
        message("Credit from an old paper book"),
        "propose_migration",
        "PUT",
        "/v1/adjustments/{command}",
        WAITS,
        (
            MINUTES,
            Field("class", message("How it was come by"), Kind.CHOICE, OLD_CREDIT, "wallet"),
            Field("scan", message("Where the book or its scan is kept"), required=False),
            WHY,
        ),
        fixed=(("kind", "migration"), ("person_id", "{person}")),
    ),
    Form(
        "old-hours",
        message("Hours from an older record"),
        "import_service_record",
        "PUT",
        "/v1/service-records/{command}",
        WAITS,
        (
            MINUTES,
            Field("served_on", message("Last day of it"), Kind.DAY),
            Field("scan", message("Where the record or its scan is kept"), required=False),
        ),
        fixed=(("person_id", "{person}"),),
        advice=message("Hours only, no credit."),
    ),
    Form(
        "gift",
        message("Give credit to a relative"),
        "act_for",
        "PUT",
        "/v1/gifts/{command}",
        ASKED,
        (MINUTES, Field("to", message("To whom"), Kind.PERSON, hint=NOBODY_ELSE)),
        by_consent=True,
    ),
    Form(
        "donation",
        message("Give credit to the public pool"),
        "act_for",
        "PUT",
        "/v1/donations/{command}",
        ASKED,
        (MINUTES,),
        by_consent=True,
    ),
    Form(
        "exchange",
        message("Exchange credit"),
        "act_for",
        "PUT",
        "/v1/exchanges/{command}",
        ASKED,
        (MINUTES,),
        advice=message("For what the district offers in recognition; never for money."),
        by_consent=True,
    ),
    Form(
        "estate",
        message("What a dead person left"),
        "propose_estate",
        "PUT",
        "/v1/estates/{command}",
        WAITS,
        (
            Field("to_person_id", message("To which relative"), Kind.PERSON, hint=NOBODY_ELSE, required=False),
            WHY,
        ),
        fixed=(("person_id", "{person}"),),
        advice=message("To a relative, or, where none is named, to the public pool."),
    ),
)
GRAVE = (
    Form(
        "suspend",
        message("Suspend"),
        "suspend_person",
        "POST",
        "/v1/persons/{person}/suspension",
        message("Suspended. The person can complain, and is told so."),
        (WHY,),
        is_grave=True,
    ),
    Form(
        "reinstate",
        message("End the suspension"),
        "reinstate_person",
        "POST",
        "/v1/persons/{person}/reinstatement",
        message("The suspension has ended."),
        (WHY,),
    ),
    Form(
        "death",
        message("Record a death"),
        "record_death",
        "PUT",
        "/v1/persons/{person}/deaths/{command}",
        WAITS,
        (Field("died", message("Day of death"), Kind.DAY),),
        advice=message("It counts when a second person has confirmed it; until then nothing changes."),
        is_grave=True,
    ),
    Form(
        "erase",
        message("Delete the person's data"),
        "erase_person",
        "POST",
        "/v1/persons/{person}/erasure",
        message("Asked for. It is done when nothing stands against it."),
        (Field("credit_to", message("What becomes of the credit"), Kind.CHOICE, ("pool",), "wallet", "", False), WHY),
        advice=message("What the law has kept is sealed, the rest is deleted. It cannot be undone."),
        by_consent=True,
        is_grave=True,
    ),
)
FORMS = {form.name: form for form in (*ABOUT_THEM, *ABOUT_CREDIT, *GRAVE)}
