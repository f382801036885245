# embed_page.cmake - turns the skeleton, style and script of the HTML report into one C file.
#
#   cmake -D ROOT=src/report/html -D OUTPUT=html_page.c -P embed_page.cmake
#
# page.html, page.css and page.js become arrays of octets (hexadecimal, so that nothing in them can be
# mistaken for C or CMake): wl_html_skeleton, wl_html_style, wl_html_script.
set(arrays "")
foreach(part IN ITEMS "skeleton:page.html" "style:page.css" "script:page.js")
  string(REGEX REPLACE ":.*" "" name "${part}")
  string(REGEX REPLACE ".*:" "" file "${part}")
  file(READ "${ROOT}/${file}" hex HEX)
  string(LENGTH "${hex}" length)
  if(length EQUAL 0)
    message(FATAL_ERROR "${ROOT}/${file} is empty")
  endif()
  math(EXPR length "${length} / 2")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," hex "${hex}")
  string(REPEAT "0x..," 16 row)
  string(REGEX REPLACE "${row}" "\\0\n" hex "${hex}")
  string(APPEND arrays "static const uint8_t octets_of_${name}[] = {\n${hex}};\n"
    "const struct wl_span wl_html_${name} = {octets_of_${name}, ${length}};\n\n")
endforeach()
file(WRITE "${OUTPUT}.new" "/* Made by cmake/embed_page.cmake from src/report/html; do not edit. */
#include \"html.h\"

${arrays}")
file(COPY_FILE "${OUTPUT}.new" "${OUTPUT}" ONLY_IF_DIFFERENT)
