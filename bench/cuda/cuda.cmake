# bench_cuda, which measures the CUDA module where that is built. cuBLAS is loaded at run time, if it is there.
find_package(CUDAToolkit REQUIRED)
enable_language(CXX)
file(GLOB cuda_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.cpp)
add_executable(bench_cuda EXCLUDE_FROM_ALL ${cuda_sources})
set_target_properties(bench_cuda PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bench CXX_STANDARD 20
                                            CXX_EXTENSIONS OFF LINKER_LANGUAGE CXX)
target_include_directories(bench_cuda PRIVATE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}
                                              ${PROJECT_BINARY_DIR}/include)
target_compile_options(bench_cuda PRIVATE -Wall -Wextra -Wshadow -Werror -ffp-contract=off)
target_link_libraries(bench_cuda PRIVATE qref_static CUDA::cudart_static ${CMAKE_DL_LIBS})
