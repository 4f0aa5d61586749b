"""The floor: a form of ten answers in bare Django, the least cost that the portal is compared with."""
