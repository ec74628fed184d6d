"""The screens of an order, one module a verb."""
