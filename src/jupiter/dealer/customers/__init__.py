"""Customers: whoever buys, sells or hands over a car, known once per group."""
