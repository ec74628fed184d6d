from django.urls import path

app_name = "dealers"
urlpatterns = []
