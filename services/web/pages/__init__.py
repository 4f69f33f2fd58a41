"""The areas, each for somebody: its views with their templates beside them."""

from services.web.kit.areas import Area
from services.web.pages.about.views import area as about
from services.web.pages.applicants.views import area as applicants
from services.web.pages.applying.views import area as applying
from services.web.pages.away.views import area as away
from services.web.pages.calls.call_list import area as call_list
from services.web.pages.calls.views import area as calls
from services.web.pages.checks.views import area as checks
from services.web.pages.complaints.views import area as complaints
from services.web.pages.decisions.views import area as decisions
from services.web.pages.desk.counts import area as counts
from services.web.pages.desk.exceptions import area as exceptions
from services.web.pages.desk.meals import area as meals
from services.web.pages.desk.planning import area as planning
from services.web.pages.desk.stops import area as stops
from services.web.pages.desk.venues import area as venues
from services.web.pages.desk.views import area as desk
from services.web.pages.desk.visitors import area as visitors
from services.web.pages.district.catalogue import area as catalogue
from services.web.pages.district.credit import area as credit
from services.web.pages.district.imports import area as imports
from services.web.pages.district.proposing import area as proposing
from services.web.pages.district.units import area as units
from services.web.pages.district.views import area as district
from services.web.pages.district.visited import area as visited
from services.web.pages.elder.views import area as elder
from services.web.pages.entry.by_device import area as by_device
from services.web.pages.entry.photo import area as photo
from services.web.pages.entry.second_factor import area as second_factor
from services.web.pages.entry.views import area as entry
from services.web.pages.family.views import area as family
from services.web.pages.figures.views import area as figures
from services.web.pages.front.views import area as front
from services.web.pages.groups.views import area as groups
from services.web.pages.handover.views import area as handover
from services.web.pages.kiosk.views import area as kiosk
from services.web.pages.mine.views import area as mine
from services.web.pages.objections.views import area as objections
from services.web.pages.papers.views import area as papers
from services.web.pages.people.views import area as people
from services.web.pages.registering.views import area as registering
from services.web.pages.series.views import area as series
from services.web.pages.slips.views import area as slips
from services.web.pages.street.views import area as street
from services.web.pages.untaken.views import area as untaken
from services.web.pages.urgent.views import area as urgent
from services.web.pages.volunteer.activities import area as activities
from services.web.pages.volunteer.door import area as door
from services.web.pages.volunteer.photos import area as visit_photos
from services.web.pages.volunteer.views import area as volunteer
from services.web.pages.volunteer.visits import area as own_visits

AREAS: tuple[Area, ...] = (
    front,
    entry,
    by_device,
    second_factor,
    photo,
    about,
    desk,
    stops,
    planning,
    slips,
    venues,
    counts,
    meals,
    visitors,
    elder,
    volunteer,
    door,
    own_visits,
    activities,
    visit_photos,
    street,
    family,
    call_list,
    calls,
    district,
    figures,
    papers,
    checks,
    kiosk,
    applying,
    applicants,
    registering,
    untaken,
    urgent,
    away,
    handover,
    objections,
    series,
    people,
    complaints,
    decisions,
    exceptions,
    catalogue,
    credit,
    imports,
    proposing,
    units,
    visited,
    groups,
    mine,
)
