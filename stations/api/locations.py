"""``/companies``, ``/sites`` and ``/site-areas``: where stations stand."""

from typing import Any

from django.db.models import QuerySet
from ninja import Router, Status
from ninja.pagination import paginate

from stations.api.auth import ApiRequest, find, referenced, require_everywhere
from stations.api.fields import Id
from stations.api.pages import Pages
from stations.api.schemas import (
    CompanyChanges,
    CompanyIn,
    CompanyOut,
    SiteAreaChanges,
    SiteAreaIn,
    SiteAreaOut,
    SiteChanges,
    SiteIn,
    SiteOut,
)
from stations.enums import Role
from stations.models import Company, Site, SiteArea
from stations.services.locations import delete_location, save_location, save_site_area

router = Router(tags=["Locations"])
ADMINISTRATOR = Role.ADMINISTRATOR


@router.get("/companies", response=list[CompanyOut], summary="List companies")
@paginate(Pages)
def list_companies(request: ApiRequest) -> QuerySet:
    """Companies in scope, by name."""
    return Company.objects.visible_to(request.auth).order_by("name", "pk")


@router.post("/companies", response={201: CompanyOut}, summary="Create a company")
def create_company(request: ApiRequest, body: CompanyIn) -> Any:
    """Needs an administrator over all companies."""
    require_everywhere(request, ADMINISTRATOR)
    return Status(201, save_location(Company(), actor=request.auth, **body.model_dump()))


@router.get("/companies/{id}", response=CompanyOut, summary="Read a company")
def read_company(request: ApiRequest, id: Id) -> Any:
    """One company in scope."""
    return find(Company.objects.all(), request, pk=id)


@router.patch("/companies/{id}", response=CompanyOut, summary="Change a company")
def change_company(request: ApiRequest, id: Id, body: CompanyChanges) -> Any:
    """Needs an administrator of the company."""
    company = find(Company.objects.all(), request, ADMINISTRATOR, pk=id)
    return save_location(company, actor=request.auth, **body.model_dump(exclude_unset=True))


@router.delete("/companies/{id}", response={204: None}, summary="Delete a company")
def delete_company(request: ApiRequest, id: Id) -> Any:
    """Needs an administrator over all companies; refused (409) while the company has sites or badges."""
    company = find(Company.objects.all(), request, ADMINISTRATOR, pk=id)
    require_everywhere(request, ADMINISTRATOR)
    delete_location(company, actor=request.auth)
    return Status(204, None)


@router.get("/sites", response=list[SiteOut], summary="List sites")
@paginate(Pages)
def list_sites(request: ApiRequest) -> QuerySet:
    """Sites in scope, by name."""
    return Site.objects.visible_to(request.auth).order_by("name", "pk")


@router.post("/sites", response={201: SiteOut}, summary="Create a site")
def create_site(request: ApiRequest, body: SiteIn) -> Any:
    """Needs an administrator of the company."""
    return Status(201, save_location(Site(), actor=request.auth, **_site_values(request, body)))


@router.get("/sites/{id}", response=SiteOut, summary="Read a site")
def read_site(request: ApiRequest, id: Id) -> Any:
    """One site in scope."""
    return find(Site.objects.all(), request, pk=id)


@router.patch("/sites/{id}", response=SiteOut, summary="Change a site")
def change_site(request: ApiRequest, id: Id, body: SiteChanges) -> Any:
    """Needs an administrator of the site, and of the company it moves to."""
    site = find(Site.objects.all(), request, ADMINISTRATOR, pk=id)
    return save_location(site, actor=request.auth, **_site_values(request, body))


@router.delete("/sites/{id}", response={204: None}, summary="Delete a site")
def delete_site(request: ApiRequest, id: Id) -> Any:
    """Needs an administrator of the site; refused (409) while it has site areas."""
    delete_location(find(Site.objects.all(), request, ADMINISTRATOR, pk=id), actor=request.auth)
    return Status(204, None)


@router.get("/site-areas", response=list[SiteAreaOut], summary="List site areas")
@paginate(Pages)
def list_site_areas(request: ApiRequest) -> QuerySet:
    """Site areas in scope, by site and name."""
    return SiteArea.objects.visible_to(request.auth).order_by("site__name", "name", "pk")


@router.post("/site-areas", response={201: SiteAreaOut}, summary="Create a site area")
def create_site_area(request: ApiRequest, body: SiteAreaIn) -> Any:
    """Needs an administrator of the site."""
    return Status(201, save_site_area(SiteArea(), actor=request.auth, **_area_values(request, body)))


@router.get("/site-areas/{id}", response=SiteAreaOut, summary="Read a site area")
def read_site_area(request: ApiRequest, id: Id) -> Any:
    """One site area in scope."""
    return find(SiteArea.objects.all(), request, pk=id)


@router.patch("/site-areas/{id}", response=SiteAreaOut, summary="Change a site area")
def change_site_area(request: ApiRequest, id: Id, body: SiteAreaChanges) -> Any:
    """Needs an administrator of the site, and of the site it moves to."""
    area = find(SiteArea.objects.all(), request, ADMINISTRATOR, pk=id)
    return save_site_area(area, actor=request.auth, **_area_values(request, body))


@router.delete("/site-areas/{id}", response={204: None}, summary="Delete a site area")
def delete_site_area(request: ApiRequest, id: Id) -> Any:
    """Needs an administrator of the site; refused (409) while it has stations, tokens or child areas."""
    delete_location(find(SiteArea.objects.all(), request, ADMINISTRATOR, pk=id), actor=request.auth)
    return Status(204, None)


def _site_values(request: ApiRequest, body: SiteIn) -> dict[str, Any]:
    values = body.model_dump(exclude_unset=True)
    if "company" in values:
        values["company"] = referenced(Company.objects.all(), request, ADMINISTRATOR, "company", values["company"])
    return values


def _area_values(request: ApiRequest, body: SiteAreaIn) -> dict[str, Any]:
    values = body.model_dump(exclude_unset=True)
    for field, rows in (("site", Site.objects.all()), ("parent", SiteArea.objects.all())):
        if field in values:
            values[field] = referenced(rows, request, ADMINISTRATOR, field, values[field])
    return values
