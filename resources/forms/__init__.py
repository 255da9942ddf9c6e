from resources.forms.drafts import DraftForm, GrowForm
from resources.forms.search import SearchForm

__all__ = ["DraftForm", "GrowForm", "SearchForm"]
