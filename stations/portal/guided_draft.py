"""What somebody has entered so far for a station, on the way through the steps."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from stations.catalogue.values import same, type_of
from stations.configuration.electrical import EnteredConnector, EnteredStation, completed, problems
from stations.configuration.presets import Places, like_model, like_preset, preset_named
from stations.configuration.suggestions import suggestions
from stations.configuration.system import recommended_parameters
from stations.models import ChargingStation, StationModel
from stations.portal.connector_forms import ConnectorsForm
from stations.portal.guided_forms import MODEL, MODEL_CHOSEN, MOST_CONNECTORS, NOW, PRESET, SuggestionsForm
from stations.services.evses import entered_station


class Draft:
    """Each step's form as it was sent, kept in the session: going back, coming again or an error loses nothing."""

    def __init__(self, session: Any, station: ChargingStation) -> None:
        self._session, self._key = session, f"configure-{station.pk}"

    def sent(self, step: str) -> QueryDict | None:
        """The step's form as it was last sent; None when it was not."""
        text = self._session.get(self._key, {}).get(step)
        return None if text is None else QueryDict(text)

    def keep(self, step: str, sent: QueryDict) -> None:
        """Keep the form of a step."""
        self._session[self._key] = self._session.get(self._key, {}) | {step: sent.urlencode()}

    def forget(self, *steps: str) -> None:
        """Start these steps anew; without names all of them."""
        kept = self._session.get(self._key, {})
        self._session[self._key] = {step: text for step, text in kept.items() if steps and step not in steps}


class Entry:
    """The steps' forms for one station, each built on the steps before it."""

    def __init__(self, station: ChargingStation, draft: Draft) -> None:
        self.station, self.draft = station, draft
        self.choice, self.count = _start(draft.sent("start"))
        slug = self.choice.removeprefix(MODEL)
        self.model = StationModel.objects.filter(slug=slug).first() if slug != self.choice else None

    @property
    def reported(self) -> Places:
        """The connectors the station has."""
        return sorted((connector.number, connector.evse.number) for connector in self.station.connectors.all())

    @property
    def start(self) -> EnteredStation:
        """What the connectors step starts from."""
        places = self.reported or [(number, number) for number in range(1, self.count + 1)]
        if self.model:
            return like_model(self.model.facts, self.reported)
        if preset := preset_named(self.choice.removeprefix(PRESET)):
            return like_preset(preset, places)
        now = entered_station(self.station)
        return now if now.connectors else EnteredStation(tuple(EnteredConnector(*place) for place in places))

    def connectors(self, sent: QueryDict | None = None) -> ConnectorsForm:
        """The form of the connectors, with what is sent now or was entered before."""
        start, existing = self.start, {number for number, _evse in self.reported}
        removable = {connector.number for connector in start.connectors} - existing
        return ConnectorsForm(sent or self.draft.sent("connectors"), now=start, removable=removable)

    @property
    def finished(self) -> EnteredStation | None:
        """The station as it was entered, once the connectors step is done."""
        return None if self.draft.sent("connectors") is None else checked(self.connectors())

    def parameters(self, entered: EnteredStation, sent: QueryDict | None = None) -> SuggestionsForm:
        """The form of the parameters, with what is sent now or was entered before."""
        types = self.model.facts.parameter_types if self.model else {}
        rows = suggestions(
            self.station.parameters.all(),
            has_dc=any(connector.current_type == "DC" for connector in entered.connectors),
            of_model=recommended_parameters(self.station, self.model) if self.model else {},
            types=types,
        )
        return SuggestionsForm(sent or self.draft.sent("parameters"), rows=rows, types=types)

    def changing(self, values: Mapping[str, str]) -> dict[str, str]:
        """Those of ``values`` that the station does not have yet, neither wanted here nor reported."""
        active = {each.key_lower: each.active_value for each in self.station.parameters.all()}
        types = self.model.facts.parameter_types if self.model else {}
        return {
            key: value
            for key, value in values.items()
            if (now := active.get(key.lower())) is None or not same(type_of(key, types), now, value)
        }


def checked(form: ConnectorsForm) -> EnteredStation | None:
    """The station as ``form`` has it, with what follows from that; None when something stands at its fields."""
    if not form.is_valid():
        return None
    entered = completed(form.entered())
    form.refuse(found := problems(entered))
    return None if found else entered


def _start(sent: QueryDict | None) -> tuple[str, int]:
    """Where to start from, and how many connectors a station has that has reported none."""
    if sent is None:
        return NOW, 1
    start, count = sent.get("start", NOW), sent.get("count", "")
    chosen = f"{MODEL}{sent.get('model', '')}" if start == MODEL_CHOSEN else start
    return chosen, min(MOST_CONNECTORS, int(count)) if count.isdecimal() and 0 < len(count) < 4 and int(count) else 1
