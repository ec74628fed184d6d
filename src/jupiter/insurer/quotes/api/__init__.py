"""Quotes by API: the hub's composite, then what a seller does on screens. A subset of Guidewire's job API."""

from . import composing, working  # their addresses
from .refusing import problem_of
from .routing import router

__all__ = ["composing", "problem_of", "router", "working"]
