"""What a contract refuses, in a French sentence that names the field: pydantic gives its reasons in English, for programmers."""

from collections.abc import Mapping
from typing import Any

# By pydantic's stable type names; the braces are filled from the error's own context.
SENTENCES = {
    "missing": "Le champ {field} est obligatoire",
    "extra_forbidden": "Le champ {field} n’est pas connu",
    "string_type": "{field}\u00a0: un texte est attendu",
    "string_too_long": "{field}\u00a0: {max_length} caractères au plus",
    "string_too_short": "{field}\u00a0: {min_length} caractère au moins",
    "string_pattern_mismatch": "{field}\u00a0: ce texte n’a pas la forme attendue ({pattern})",
    "int_type": "{field}\u00a0: un nombre entier est attendu",
    "int_from_float": "{field}\u00a0: un nombre entier est attendu",
    "int_parsing": "{field}\u00a0: un nombre entier est attendu",
    "int_parsing_size": "{field}\u00a0: ce nombre est trop grand",
    "greater_than_equal": "{field}\u00a0: {ge} ou plus",
    "less_than_equal": "{field}\u00a0: {le} ou moins",
    "bool_type": "{field}\u00a0: true ou false est attendu",
    "enum": "{field}\u00a0: un mot de la liste est attendu ({expected})",
    "date_type": "{field}\u00a0: une date est attendue, par exemple 2021-12-07",
    "datetime_type": "{field}\u00a0: un instant est attendu, par exemple 2021-12-07T10:30:00+00:00",
    "model_type": "{field}\u00a0: un objet est attendu",
    "model_attributes_type": "{field}\u00a0: un objet est attendu",
    "dict_type": "{field}\u00a0: un objet est attendu",
    "list_type": "{field}\u00a0: une liste est attendue",
    "too_long": "{field}\u00a0: {max_length} éléments au plus",
    "too_short": "{field}\u00a0: {min_length} élément au moins",
}
OTHERWISE = "{field}\u00a0: cette valeur n’a pas la forme attendue"


def sentence(field: str, error: Mapping[str, Any]) -> str:
    """`field` as the caller wrote it; the whole body has no name."""
    known = SENTENCES.get(str(error.get("type", "")), OTHERWISE)
    context = {name: str(value).replace(" or ", " ou ") for name, value in (error.get("ctx") or {}).items()}
    try:
        return known.format(**context, field=field or "corps")
    except (KeyError, TypeError):  # a context without what the sentence wants, or with a field of its own
        return OTHERWISE.format(field=field or "corps")
