# embed.cmake - turns the dialogues into one C file, so that `wirelint explain` carries them.
#
#   cmake -D ROOT=samples/dialogues -D OUTPUT=dialogues.c -P embed.cmake
#
# Every ROOT/<group>/<rule>.txt becomes an array of octets (hexadecimal, so that nothing in a sample
# can be mistaken for C or CMake) and a row {name, octets, length}, sorted by name.
file(GLOB files LIST_DIRECTORIES false "${ROOT}/*/*.txt")
set(arrays "")
set(rows "")
set(n 0)
foreach(file IN LISTS files)
  get_filename_component(name "${file}" NAME_WE)
  file(READ "${file}" hex HEX)
  string(LENGTH "${hex}" length)
  if(length EQUAL 0)
    continue()
  endif()
  math(EXPR length "${length} / 2")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," hex "${hex}")
  string(REPEAT "0x..," 16 row)
  string(REGEX REPLACE "${row}" "\\0\n" hex "${hex}")
  string(APPEND arrays "static const uint8_t octets_${n}[] = {\n${hex}};\n")
  string(APPEND rows "    {\"${name}\", {octets_${n}, ${length}}},\n")
  math(EXPR n "${n} + 1")
endforeach()
file(WRITE "${OUTPUT}.new" "/* Made by cmake/embed.cmake from samples/dialogues; do not edit. */
#include \"dialogues.h\"

${arrays}
const struct wl_dialogue wl_dialogues[] = {
${rows}    {NULL, {NULL, 0}},
};
")
file(COPY_FILE "${OUTPUT}.new" "${OUTPUT}" ONLY_IF_DIFFERENT)
