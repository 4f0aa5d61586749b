def advise(**kwargs: object) -> dict[str, object]:
    return {}
