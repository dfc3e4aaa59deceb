/* Times of the CUDA module's ops on device memory. Every op runs on random data, its outputs are first compared with
 * those of backend cpu, element by element, and only then timed: after a warm-up, between events, several sets of
 * tensors in turn where they would otherwise stay in the L2 cache.
 *
 * floor is the time that the bytes take at the bandwidth of a device-to-device copy in this run, or the int8 operations
 * at the peak rate of the matrix units, whichever is longer; recorded is what the original's kernels took on an H100.
 */
#include <dlfcn.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "bench/cuda/cublas.h"
#include "bench/cuda/problem.h"

namespace {

struct options {
  const char *module = "./qref_cuda.so";
  const char *only = nullptr; /* an op */
  const char *csv = nullptr;  /* appended to */
  size_t runs = 60;
  bench_shapes shapes = bench_shapes::table;
  bool list = false;
};

struct device {
  std::string name;
  double bandwidth, operations; /* per second */
  size_t l2;
  cudaStream_t stream;
};

struct result {
  std::string verdict; /* "equal", or what is wrong */
  bench_times times, peer;
  std::string peer_note;
  size_t sets = 1;
  bool unsupported = false;
};

const qref_cuda_ops *open_module(const char *path) {
  void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    std::fprintf(stderr, "bench_cuda: %s\n", dlerror());
    return nullptr;
  }
  const auto module = reinterpret_cast<qref_backend_module_entry>(dlsym(handle, QREF_BACKEND_MODULE_SYMBOL));
  const auto entry = reinterpret_cast<qref_cuda_device_ops_entry>(dlsym(handle, QREF_CUDA_DEVICE_OPS_SYMBOL));
  qref_error error = {};
  if (module == nullptr || entry == nullptr || module(&error) == nullptr) {
    std::fprintf(stderr, "bench_cuda: %s: %s\n", path,
                 error.message[0] != '\0' ? error.message : "expected the CUDA module");
    return nullptr;
  }
  const qref_cuda_ops *ops = entry();
  if (ops->abi_version != QREF_CUDA_ABI_VERSION || ops->struct_size != sizeof(qref_cuda_ops)) {
    std::fprintf(stderr, "bench_cuda: %s: of another version of <qref/cuda.h>\n", path);
    return nullptr;
  }
  return ops;
}

device find_device(bool quick) {
  device found = {};
  cudaDeviceProp properties;
  int clock = 0;
  BENCH_CUDA(cudaGetDeviceProperties(&properties, 0));
  BENCH_CUDA(cudaDeviceGetAttribute(&clock, cudaDevAttrClockRate, 0)); /* kHz */
  BENCH_CUDA(cudaStreamCreate(&found.stream));
  found.name = properties.name;
  found.l2 = static_cast<size_t>(properties.l2CacheSize);
  found.bandwidth = bench_copy_bandwidth(size_t{1} << (quick ? 20 : 30), found.stream);
  /* Multiplications and additions of one multiprocessor in a clock: 8192 on Hopper, 4096 on an A100. */
  const double rate = properties.major == 9 ? 8192 : properties.major == 8 && properties.minor == 0 ? 4096 : 0;
  found.operations = rate * properties.multiProcessorCount * clock * 1e3;
  std::printf("%s, %d multiprocessors, L2 %zu MiB; copy %.2f TB/s; int8 peak %.0f TOP/s\n\n", properties.name,
              properties.multiProcessorCount, found.l2 >> 20, found.bandwidth * 1e-12, found.operations * 1e-12);
  return found;
}

/* Enough sets of tensors that none is in the cache when its turn comes. */
size_t set_count(const bench_problem &problem, const device &where) {
  const double sets = 2.0 * static_cast<double>(where.l2) / problem.bytes;
  return sets <= 1 ? 1 : sets >= 16 ? 16 : static_cast<size_t>(sets) + 1;
}

/* One run from fresh inputs; "" if it gives what backend cpu gives. */
std::string try_once(const qref_cuda_ops &ops, bench_instance *instance, cudaStream_t stream, bool *unsupported) {
  qref_error error = {};
  instance->reset();
  BENCH_CUDA(cudaDeviceSynchronize());
  const qref_status status = instance->run(ops, stream, &error);
  if (status != QREF_OK) {
    *unsupported = status == QREF_ERROR_UNSUPPORTED;
    return error.message;
  }
  BENCH_CUDA(cudaStreamSynchronize(stream));
  return instance->check();
}

void time_sets(const bench_problem &problem, const qref_cuda_ops &ops, const device &where, size_t runs,
               std::vector<std::unique_ptr<bench_instance>> *sets, result *found) {
  qref_error error = {};
  qref_status status = QREF_OK;
  std::vector<std::function<void(size_t)>> functions = {[&](size_t run) {
    const qref_status one = (*sets)[run % sets->size()]->run(ops, where.stream, &error);
    status = status == QREF_OK ? one : status;
  }};
  std::unique_ptr<bench_cublas> peer;
  if (problem.peer.rows != 0) {
    peer = bench_cublas::make(problem.peer, sets->size(), where.stream, &found->peer_note);
  }
  if (peer != nullptr) {
    found->peer_note = peer->description();
    functions.emplace_back([&](size_t run) { peer->run(run); });
  }
  bench_measure(functions, std::max<size_t>(10, sets->size()), where.stream); /* warm-up */
  const std::vector<bench_times> times = bench_measure(functions, runs, where.stream);
  found->times = times[0];
  found->peer = times.size() > 1 ? times[1] : bench_times{};
  if (status != QREF_OK) {
    found->verdict = error.message;
  }
}

result measure(const bench_problem &problem, const qref_cuda_ops &ops, const device &where, size_t runs) {
  result found;
  std::vector<std::unique_ptr<bench_instance>> sets;
  found.sets = set_count(problem, where);
  for (size_t i = 0; i < found.sets; i++) {
    sets.push_back(problem.make(i + 1));
    found.verdict = try_once(ops, sets.back().get(), where.stream, &found.unsupported);
    if (!found.verdict.empty()) {
      return found;
    }
  }
  time_sets(problem, ops, where, runs, &sets, &found);
  if (found.verdict.empty()) { /* and once more behind the fast runs */
    found.verdict = try_once(ops, sets.back().get(), where.stream, &found.unsupported);
  }
  if (found.verdict.empty()) {
    found.verdict = "equal";
  }
  return found;
}

/* ---- the report ---- */

double floor_of(const bench_problem &problem, const device &where) {
  const double bytes = problem.bytes / where.bandwidth;
  const double operations = where.operations > 0 ? problem.operations / where.operations : 0;
  return std::max(bytes, operations) * 1e6;
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, value == 0 ? "" : value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
  return text;
}

std::string ratio(double value, double of) {
  char text[32];
  std::snprintf(text, sizeof text, value == 0 || of == 0 ? "" : "%.2f", value / (of == 0 ? 1 : of));
  return text;
}

void print_head() {
  std::printf("%-23s %-24s %8s %15s %8s %8s %9s %8s %7s  %s\n", "op", "shape", "us", "10 to 90 %", "goal", "floor",
              "recorded", "cuBLAS", "x peer", "verdict");
}

void print_row(const bench_problem &problem, const result &found, double goal, double floor) {
  const std::string spread = found.times.runs == 0 ? "" : number(found.times.low) + " to " + number(found.times.high);
  std::printf("%-23s %-24s %8s %15s %8s %8s %9s %8s %7s  %s%s\n", problem.op.c_str(), problem.shape.c_str(),
              number(found.times.median).c_str(), spread.c_str(), number(goal).c_str(), number(floor).c_str(),
              number(problem.recorded).c_str(), number(found.peer.median).c_str(),
              ratio(found.times.median, found.peer.median).c_str(), found.unsupported ? "unsupported: " : "",
              found.verdict.c_str());
  std::fflush(stdout);
}

/* The columns of bench/cuda/table.py. */
bool append_csv(const char *path, const device &where, const bench_problem &problem, const result &found, double goal,
                double floor) {
  FILE *file = std::fopen(path, "a");
  if (file == nullptr) {
    std::fprintf(stderr, "bench_cuda: %s: cannot write\n", path);
    return false;
  }
  if (std::fseek(file, 0, SEEK_END) == 0 && std::ftell(file) == 0) {
    std::fprintf(file,
                 "op,shape,median_us,low_us,high_us,goal_us,goal_over_cublas,floor_us,recorded_us,recorded_cublas_us,"
                 "cublas_us,runs,sets,device,copy_tb_s,verdict\n");
  }
  std::string verdict = found.unsupported ? "unsupported" : found.verdict;
  std::replace(verdict.begin(), verdict.end(), '"', '\'');
  const std::string times = number(found.times.median) + "," + number(found.times.low) + "," + number(found.times.high);
  std::fprintf(file, "%s,\"%s\",%s,%s,%s,%s,%s,%s,%s,%zu,%zu,\"%s\",%.2f,\"%s\"\n", problem.op.c_str(),
               problem.shape.c_str(), times.c_str(), number(goal).c_str(), number(problem.goal_over_peer).c_str(),
               number(floor).c_str(), number(problem.recorded).c_str(), number(problem.recorded_peer).c_str(),
               number(found.peer.median).c_str(), found.times.runs, found.sets, where.name.c_str(),
               where.bandwidth * 1e-12, verdict.c_str());
  return std::fclose(file) == 0;
}

/* ---- the command line ---- */

const char *const help =
    "usage: bench_cuda [--module FILE] [--only OP] [--runs N] [--csv FILE] [--quick | --huge] [--list]\n"
    "Times of the CUDA module's ops on device memory, each output compared with backend cpu's first.\n"
    "  --module FILE  the module (default ./qref_cuda.so)\n"
    "  --only OP      only this op\n"
    "  --runs N       timed runs, at least 50 (default 60)\n"
    "  --csv FILE     append the results\n"
    "  --quick        small shapes: does all of it run?\n"
    "  --huge         tensors of more than 2^32 elements: are places beyond 32 bits right? Needs 45 GiB on the device\n"
    "                 and 65 on the host\n"
    "  --list         print the names of the ops\n"
    "cuBLASLt is found by its name, or as the environment variable QREF_CUBLASLT has it.\n"
    "Exit code 1 if an output differs, 2 if something could not be measured.\n";

bool parse(int argc, char **argv, options *given) {
  for (int i = 1; i < argc; i++) {
    const std::string name = argv[i];
    const char *value = i + 1 < argc ? argv[i + 1] : nullptr;
    if (name == "--list") {
      given->list = true;
      continue;
    }
    if (name == "--quick") {
      given->shapes = bench_shapes::quick;
      continue;
    }
    if (name == "--huge") {
      given->shapes = bench_shapes::huge;
      continue;
    }
    if (value == nullptr) {
      return false;
    }
    i++;
    if (name == "--module") {
      given->module = value;
    } else if (name == "--only") {
      given->only = value;
    } else if (name == "--csv") {
      given->csv = value;
    } else if (name == "--runs") {
      given->runs = std::max(50UL, std::strtoul(value, nullptr, 10));
    } else {
      return false;
    }
  }
  return true;
}

int run(const options &given, const std::vector<bench_problem> &problems) {
  const qref_cuda_ops *ops = open_module(given.module);
  if (ops == nullptr) {
    return 2;
  }
  const device where = find_device(given.shapes == bench_shapes::quick);
  int exit_code = 0;
  print_head();
  for (const bench_problem &problem : problems) {
    if (given.only != nullptr && problem.op != given.only) {
      continue;
    }
    const result found = measure(problem, *ops, where, given.runs);
    const double goal = problem.goal_over_peer > 0 ? problem.goal_over_peer * found.peer.median : problem.goal;
    const double floor = floor_of(problem, where);
    print_row(problem, found, goal, floor);
    if (problem.peer.rows != 0 && !found.peer_note.empty()) {
      std::printf("%-23s cuBLAS: %s\n", "", found.peer_note.c_str());
    }
    if (given.csv != nullptr && !append_csv(given.csv, where, problem, found, goal, floor)) {
      return 2;
    }
    if (found.unsupported) {
      exit_code = std::max(exit_code, 2);
    } else if (found.verdict != "equal") {
      exit_code = 1;
    }
  }
  return exit_code;
}

}  // namespace

const qref_profile *bench_profile() {
  return qref_profile_builtin("quamba");
}

int bench_threads() {
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

std::string bench_instance::check() {
  if (!computed_) {
    const qref_backend *cpu = nullptr;
    qref_error error = {};
    if (qref_backend_find("cpu", &cpu, &error) != QREF_OK || compute(*cpu, &error) != QREF_OK) {
      return std::string("backend cpu: ") + error.message;
    }
    computed_ = true;
  }
  return outputs_.difference();
}

int main(int argc, char **argv) {
  options given;
  if (!parse(argc, argv, &given)) {
    std::fputs(help, stderr);
    return 2;
  }
  std::vector<bench_problem> problems;
  bench_add_conv1d(&problems, given.shapes);
  bench_add_scan(&problems, given.shapes);
  bench_add_rows(&problems, given.shapes);
  bench_add_linear(&problems, given.shapes);
  if (given.list) {
    std::string last;
    for (const bench_problem &problem : problems) {
      if (problem.op != last) {
        std::printf("%s\n", problem.op.c_str());
      }
      last = problem.op;
    }
    return 0;
  }
  return run(given, problems);
}
