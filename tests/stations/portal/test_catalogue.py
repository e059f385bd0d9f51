"""The catalogue's pages: who may see and change what, imports shown before they are taken, models made from stations."""

import html

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from stations.catalogue.files import dump, parse
from stations.enums import ModelOrigin, OperationSource
from stations.models import ChargingStation, Connector, StationModel
from stations.services.configuration import set_parameters, use_system_configuration
from tests.support.factories import ChargingStationFactory, EndpointProcessFactory
from tests.support.models import TYPE_2, document, known_model

LIST, IMPORT = reverse("catalogue:list"), reverse("catalogue:import")
pytestmark = pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume asynchronous iterators")
BY = {"actor": None, "source": OperationSource.PORTAL}


def twin(world, **facts) -> ChargingStation:
    """A station of ours that says it is a *Maker Twin*."""
    about = {"vendor": "Maker", "model": "Twin", "rebooted_at": timezone.now(), "site_area": world.ours.area}
    return ChargingStationFactory(**about | facts)


def labels(response) -> list[str]:
    return [row.record.label for row in response.context["table"].rows]


def text_of(client, url: str) -> str:
    return html.unescape(client.get(url).text)


def test_models_are_found_by_what_is_known_of_them(viewer, world):
    using, _offered = twin(world), twin(world)
    model = known_model()
    use_system_configuration(using, model, **BY)
    for query in (
        {"q": "MAKER-TW"},
        {"vendor": "Maker"},
        {"q": "twin", "connector": "type_2", "power": "44", "origin": "imported"},
        {"stations": "using"},
        {"stations": "offered"},
    ):
        assert labels(viewer.get(LIST, query)) == ["Maker Twin"], query
    for query in ({"q": "twin", "power": "45"}, {"vendor": "Maker", "connector": "mcs"}, {"origin": "nonsense"}):
        assert labels(viewer.get(LIST, query)) == [], query
    row = viewer.get(LIST, {"vendor": "Maker"}).context["table"].rows[0].record
    assert (row.using, row.offered) == (1, 1)
    assert b"maker-twin,Maker Twin,Maker,44160" in b"".join(viewer.get(LIST, {"export": "csv", "q": "twin"}))


def test_stations_of_others_are_not_counted_or_named(stranger, world):
    station = twin(world, identity="SECRET-1")
    known_model()
    assert labels(stranger.get(LIST, {"stations": "offered"})) == []
    assert station.identity not in text_of(stranger, reverse("catalogue:detail", args=["maker-twin"]))


@pytest.mark.parametrize("query", ["sort=-power", "sort=using", "sort=zzz", "power=x", "page=zzz", "vendor=zzz"])
def test_any_order_and_any_nonsense_is_answered(viewer, query):
    assert viewer.get(f"{LIST}?{query}").status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_the_list_do_not_grow(viewer, django_assert_num_queries, count):
    for number in range(count):
        known_model(id=f"twin-{number}")
    with django_assert_num_queries(7):
        viewer.get(LIST, {"q": "twin"})


def test_every_shipped_model_has_a_page_and_a_file_that_can_be_read_again(viewer):
    for model in StationModel.objects.all():
        assert viewer.get(reverse("catalogue:detail", args=[model.slug])).status_code == 200, model.slug
        assert parse(viewer.get(reverse("catalogue:file", args=[model.slug])).content) == model.facts


def test_the_page_of_a_model_leads_to_its_stations(operator, viewer, world):
    offered = [twin(world, endpoint=EndpointProcessFactory()) for _ in range(2)]
    using = twin(world)
    model = known_model(quirks=["Sleeps at noon."], sources=[{"title": "Its maker", "url": "https://maker.example/"}])
    use_system_configuration(using, model, **BY)
    url = reverse("catalogue:detail", args=["maker-twin"])
    text = text_of(operator, url)
    for shown in (
        "2 stations match and do not use it",
        "1 station uses it",
        "Sleeps at noon.",
        'href="https://maker.example/"',
    ):
        assert shown in text
    values = {"stations": operator.get(url).context["selection"], "preview": "1"}
    bulk = operator.post(reverse("operations:bulk", args=["use-system-configuration"]), values)
    assert [station.pk for station in bulk.context["asked"].first] == [station.pk for station in offered]
    assert bulk.context["changed"].count == 2
    assert "You are not operator of any of these stations." in text_of(viewer, url)


# Import


def test_an_import_is_shown_before_it_is_taken(superuser, world):
    station = twin(world)
    text = dump(document())
    shown = html.unescape(superuser.post(IMPORT, {"text": text}).text)
    assert "is new in the catalogue" in shown
    assert "1 station would match it" in shown
    assert station.identity in shown
    assert not StationModel.objects.filter(slug="maker-twin").exists()
    answer = superuser.post(IMPORT, {"text": text, "confirm": "1"}, follow=True)
    assert "1 station matches it and is offered it." in html.unescape(answer.text)
    assert StationModel.objects.get(slug="maker-twin").origin == ModelOrigin.IMPORTED


def test_a_file_that_replaces_a_model_shows_the_differences(superuser):
    known_model()
    file = SimpleUploadedFile("maker-twin.json", dump(document(parameters=[{"values": {"VendorKey": "y"}}])).encode())
    text = html.unescape(superuser.post(IMPORT, {"file": file}).text)
    assert "It replaces" in text
    assert "parameters › 1 › values › VendorKey" in text


@pytest.mark.parametrize(
    ("text", "problem"),
    [("", "Choose a file or paste its text."), ("{", "is not JSON"), ('{"id": 3}', "must be text in quotes"), ("[]", "one JSON object")],
)  # fmt: skip
def test_what_is_wrong_with_a_file_is_said(superuser, text, problem):
    assert problem in html.unescape(superuser.post(IMPORT, {"text": text, "confirm": "1"}).text)


def test_only_administrators_of_everything_change_the_catalogue(superuser, operator, world):
    model = known_model()
    assert "Ask one of them." in text_of(operator, LIST)
    for url in (IMPORT, reverse("catalogue:delete", args=[model.slug])):
        assert operator.post(url, {"text": dump(document()), "confirm": "1"}).status_code == 403
    assert "was taken out" in superuser.post(reverse("catalogue:delete", args=[model.slug]), follow=True).text
    assert not StationModel.objects.filter(slug=model.slug).exists()


def test_a_shipped_model_stays(superuser):
    model = StationModel.objects.filter(origin=ModelOrigin.SHIPPED).first()
    answer = superuser.post(reverse("catalogue:delete", args=[model.slug]), follow=True)
    assert "This model is shipped with the system." in answer.text
    assert StationModel.objects.filter(slug=model.slug).exists()


# Save as catalogue model


@pytest.fixture
def configured(world) -> ChargingStation:
    """Our station, of an unknown model, configured by hand."""
    station = world.ours.station
    facts = {"vendor": "Nobody", "model": "Box 1", "rebooted_at": timezone.now()}
    ChargingStation.objects.filter(pk=station.pk).update(**facts)
    Connector.objects.filter(station=station).update(**TYPE_2)
    set_parameters(station, {"MeterValueSampleInterval": "30", "VendorKey": "x"}, **BY)
    return station


def saving(client, station, **values):
    form = client.get(reverse("catalogue:save", args=[station.pk])).context["form"]
    filled = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    return client.post(reverse("catalogue:save", args=[station.pk]), filled | values)


def test_a_configured_station_becomes_a_model_that_is_offered_to_its_like(superuser, world, configured):
    like = ChargingStationFactory(
        vendor="Nobody", model="Box 1", rebooted_at=timezone.now(), site_area=world.ours.area, identity="LIKE-1"
    )
    shown = saving(superuser, configured)
    assert "2 stations would match it" in html.unescape(shown.text)
    assert not StationModel.objects.filter(slug="nobody-box-1").exists()
    assert saving(superuser, configured, keys=["VendorKey"], confirm="1").status_code == 302
    model = StationModel.objects.get(slug="nobody-box-1")
    assert (model.origin, model.facts.parameters[0].values) == (ModelOrigin.SAVED, {"VendorKey": "x"})
    like.refresh_from_db()
    assert like.configuration.offered_model == model


def test_what_a_model_lacks_is_said(superuser, configured):
    Connector.objects.filter(station=configured).update(voltage_v=None)
    text = html.unescape(saving(superuser, configured, slug="Not an id", confirm="1").text)
    assert "Connector 1 lacks: voltage (V)" in text
    assert not StationModel.objects.filter(label="Nobody Box 1").exists()
