from django.urls import path

from . import views

app_name = "customers"
urlpatterns = [path("<int:customer_id>/", views.show, name="show")]
