"""Former versions are kept of everything that changes, and of no secret."""

from tests import history


def test_every_model_is_kept_or_named_as_written_once():
    assert history.models_without_history() == set()


def test_no_secret_goes_into_the_history():
    assert history.secrets_in_history() == []
