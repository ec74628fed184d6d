"""The hub's screens of a sale, one module a verb."""
