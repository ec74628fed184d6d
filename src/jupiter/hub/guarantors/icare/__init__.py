"""Garantie Icare: an identifier and a kind of handling (flat fee or managed); cannot receive a declaration from here yet."""
