"""Product and tariff: what may be sold for which car, and what it costs. The tariff shipped is a sample."""
