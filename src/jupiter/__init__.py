"""Jupiter: one sale of a used car, typed once, from the order form to the warranty policy."""
