# embed(TARGET FUNCTION files...) builds files into a target, so that the program needs none beside
# it: `std::optional<std::string_view> FUNCTION(std::string_view name)` finds them by file name.
# FUNCTION is qualified: tapedeck::api::find_page.

set(EMBED_SCRIPT ${CMAKE_CURRENT_LIST_DIR}/embed_files.cmake)

function(embed target function)
  set(generated ${CMAKE_CURRENT_BINARY_DIR}/embedded/${target}.cc)
  list(TRANSFORM ARGN PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/ OUTPUT_VARIABLE files)
  add_custom_command(
    OUTPUT ${generated}
    COMMAND ${CMAKE_COMMAND} -DOUT=${generated} -DFUNCTION=${function} "-DFILES=${files}" -P ${EMBED_SCRIPT}
    DEPENDS ${files} ${EMBED_SCRIPT}
    VERBATIM)
  target_sources(${target} PRIVATE ${generated})
endfunction()
