"""One resolver for every help text: the text lives next to the thing it explains."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from emobility.common.choices import DescribedChoices


@dataclass(frozen=True)
class Explanation:
    """What a value is called, what it means and, for statuses, what each of them means."""

    label: str
    text: str
    choices: type[DescribedChoices] | None = None

    def member(self, value: Any) -> DescribedChoices | None:
        """The status behind ``value``; None where the value is empty or not one of ours."""
        if self.choices is None or value not in self.choices.values:
            return None
        return self.choices(value)


_computed: dict[tuple[type[models.Model], str], Explanation] = {}


def explain(
    model: type[models.Model], name: str, label: Any, text: Any, choices: type[DescribedChoices] | None = None
) -> None:
    """Describe a value of ``model`` that is no database field: a property or an annotation."""
    _computed[model, name] = Explanation(label, text, choices)


def explanation(subject: Any, name: str) -> Explanation:
    """The explanation of ``name`` on a model or one of its objects; LookupError when there is none."""
    model: type[models.Model] = subject if isinstance(subject, type) else type(subject)
    if found := _computed.get((model, name)):
        return found
    try:
        return _of_field(model._meta.get_field(name))
    except FieldDoesNotExist:
        raise LookupError(f"{model.__name__}.{name} is no field and has no explanation") from None


def explanations(model: type[models.Model]) -> Iterator[Explanation]:
    """Everything explained about ``model``: its own fields in order, then its computed values and what is told anew."""
    for field in model._meta.concrete_fields:
        if not field.primary_key and (model, field.name) not in _computed:
            yield _of_field(field)
    for (owner, _name), found in _computed.items():
        if owner is model:
            yield found


def described_choices() -> list[type[DescribedChoices]]:
    """Every set of described choices in the project."""
    return DescribedChoices.__subclasses__()


def _of_field(field: Any) -> Explanation:
    return Explanation(field.verbose_name, field.help_text, _choices_of(field))


def _choices_of(field: Any) -> type[DescribedChoices] | None:
    """The described choices a field was declared with; Django itself keeps only their values and labels."""
    if not field.choices:
        return None
    return next((choices for choices in described_choices() if choices.choices == field.choices), None)
