from resources.forms.search import SearchForm

__all__ = ["SearchForm"]
