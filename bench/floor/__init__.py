"""The floor: the least that a form of ten answers costs in bare Django, to hold the portal's figures against."""
