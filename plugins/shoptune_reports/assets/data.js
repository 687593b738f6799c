"use strict";
// What the scripts of this page read.  It is text of others: put it into the page with textContent alone.
const data = JSON.parse(document.getElementById("page-data").textContent);
