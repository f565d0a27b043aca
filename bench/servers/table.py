"""What was measured, as a table in Markdown."""
from statistics import median

# name, heading, how a number is shown
FIGURES = [
    ("rps", "requests/s", "{:,.0f}"),
    ("cpu", "CPU s per 1,000 tokens", "{:.4f}"),
    ("tokens", "tokens per CPU second", "{:,.0f}"),
    *((f"{whose}_{key}", f"{heading} at {rate}, {unit}", shape)
      for whose, rate in (("own", "60 % of its own capacity"), ("same", "the same rate for all"))
      for key, heading, unit, shape in (
          ("rate", "load", "requests/s", "{:,.0f}"), ("cpu", "CPU", "s per 1,000 tokens", "{:.4f}"),
          ("p50", "p50", "ms", "{:.2f}"), ("p99", "p99", "ms", "{:.2f}"), ("p999", "p99.9", "ms", "{:.2f}"))),
    ("start", "start to first token, ms", "{:,.0f}"),
    ("idle", "resident when idle, MB", "{:.0f}"),
    ("loaded", "resident after load, MB", "{:.0f}"),
    ("allocated", "bytes allocated per token", "{:,.0f}"),
]


def spread(values, shape):
    if len(values) == 1:
        return shape.format(values[0])
    return f"{shape.format(median(values))} ({shape.format(min(values))}-{shape.format(max(values))})"


def ratio(values, others):
    """Of what was measured in the same round."""
    pairs = [own / other for own, other in zip(values, others or []) if other]
    return spread(pairs, "{:.2f}") if pairs else "-"


def floor_of(name):
    """The bare program that runs on the same as this one."""
    return "floor-" + name.partition("-")[2] if name.startswith(("keyturn", "floor")) else None


def of_work(results):
    """Rows for each figure and server; `results` is server -> figure -> a value for each round."""
    rows = [("figure", "server", "median (min-max)", "to its floor", "to Go")]
    for key, heading, shape in FIGURES:
        for name, figures in results.items():
            if values := figures.get(key):
                rows.append((heading, name, spread(values, shape),
                             ratio(values, results.get(floor_of(name), {}).get(key)),
                             ratio(values, results.get("go", {}).get(key))))
    return markdown(rows)


def markdown(rows):
    widths = [max(len(str(row[column])) for row in rows) for column in range(len(rows[0]))]
    lines = ["| " + " | ".join(str(cell).ljust(width) for cell, width in zip(row, widths)) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])
