"""Garantie Cirano: knows each point of sale by an identifier; cannot receive a declaration from here yet."""
