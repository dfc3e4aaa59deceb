# The CUDA module qref_cuda.so, where a CUDA compiler is found. Everything else builds without one.
set(QREF_CUDA_FOUND FALSE)
if(QREF_CUDA)
  include(CheckLanguage)
  if(NOT CMAKE_CUDA_COMPILER AND EXISTS /usr/local/cuda/bin/nvcc)
    set(CMAKE_CUDA_COMPILER /usr/local/cuda/bin/nvcc)
  endif()
  check_language(CUDA)
  if(CMAKE_CUDA_COMPILER)
    set(QREF_CUDA_FOUND TRUE)
  elseif(QREF_CUDA STREQUAL "AUTO")
    message(STATUS "The CUDA module is left out: no CUDA compiler was found")
  else()
    message(FATAL_ERROR "The CUDA module needs nvcc: install the CUDA toolkit, or configure with -DQREF_CUDA=OFF")
  endif()
endif()
if(NOT QREF_CUDA_FOUND)
  return()
endif()

# 90a: the instructions of Hopper's tensor cores. Later processors take the portable form of 90.
set(QREF_CUDA_ARCHITECTURES 80-real 90a-real 90-virtual CACHE STRING "Processors that the CUDA module is compiled for")
set(CMAKE_CUDA_ARCHITECTURES ${QREF_CUDA_ARCHITECTURES})
enable_language(CXX)
enable_language(CUDA)

file(GLOB_RECURSE cuda_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.cu ${CMAKE_CURRENT_LIST_DIR}/*.cpp)
add_library(qref_cuda MODULE ${cuda_sources})
set_target_properties(qref_cuda PROPERTIES PREFIX "" CXX_STANDARD 20 CUDA_STANDARD 20 CXX_EXTENSIONS OFF
                                           CUDA_EXTENSIONS OFF CXX_VISIBILITY_PRESET hidden
                                           CUDA_VISIBILITY_PRESET hidden CUDA_RUNTIME_LIBRARY Static
                                           LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
target_include_directories(qref_cuda PRIVATE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}
                                             ${PROJECT_BINARY_DIR}/include)
target_include_directories(qref_cuda SYSTEM PRIVATE ${CMAKE_CUDA_TOOLKIT_INCLUDE_DIRECTORIES})
set(host_warnings -Wall -Wextra -Wshadow -Werror -ffp-contract=off)
# Device functions of the shared sources are static in each file, which uses some of them.
set(cuda_host_warnings ${host_warnings} -Wno-unused-function)
string(REPLACE ";" "," nvcc_host_warnings "${cuda_host_warnings}")
# Nothing is fused, flushed to zero or approximated unless the source says so.
target_compile_options(
  qref_cuda PRIVATE $<$<COMPILE_LANGUAGE:CXX>:${host_warnings}>
                    $<$<COMPILE_LANGUAGE:CUDA>:-fmad=false -ftz=false -prec-div=true -prec-sqrt=true -Werror=all-warnings
                    -Xcompiler=${nvcc_host_warnings}>)
if(QREF_CUDA_ARCHITECTURES MATCHES "90a")
  target_compile_definitions(qref_cuda PRIVATE QREF_CUDA_SM90A)
endif()
target_link_libraries(qref_cuda PRIVATE qref_static)
set(cuda_symbols ${CMAKE_CURRENT_LIST_DIR}/symbols.map)
target_link_options(qref_cuda PRIVATE -Wl,--version-script=${cuda_symbols} -Wl,--no-undefined)
set_target_properties(qref_cuda PROPERTIES LINK_DEPENDS ${cuda_symbols})
