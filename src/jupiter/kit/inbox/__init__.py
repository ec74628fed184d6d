"""One answer per Idempotency-Key, replayed on repeat; one effect per notice."""
