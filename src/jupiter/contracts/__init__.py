"""The words between services: versioned pydantic models, one committed example each. No Django, no service.

A caller's words are read strictly (an unknown field is refused, by name); of an answer or a notice unknown fields are ignored,
so that the side that answers may grow first. What would break a reader is a new version beside the old one.
"""
