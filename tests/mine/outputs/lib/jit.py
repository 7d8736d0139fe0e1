def load(sources):
    return build(sources)
