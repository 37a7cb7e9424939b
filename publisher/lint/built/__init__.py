"""Compare the source of a post with the body of the page that the site's generator made of it.

This finds what a generator swallowed (HTML that it does not trust, template tags in code, a picture
whose address has a space), and what a theme adds to posts. It reports what is certain: neither the
order of words nor how the page shows them counts, and a difference of one or two words is left
alone, because that may be a label, the number of a list, or a letter in another form.
"""

from publisher.lint.built.compared import Comparison, compare, compare_page
from publisher.lint.built.difference_report import BuiltReport, SharedDifference, report
from publisher.lint.built.differences import Difference
from publisher.lint.built.dropped_by_selectors import with_dropped

__all__ = [
    "BuiltReport", "Comparison", "Difference", "SharedDifference",
    "compare", "compare_page", "report", "with_dropped",
]  # fmt: skip
