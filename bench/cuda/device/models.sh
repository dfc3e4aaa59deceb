# Whole models on the GPU.
# Part of bench/cuda/device.sh, whose variables it uses.
# shellcheck shell=bash disable=SC2154

# Models of random weights, two layers of the widths of the table's shapes: the logits are those of backend cpu. The
# suites and random cases seldom have rows as long as a real model's.
models() {
  local width paths path of model logits
  echo "== models, 600 tokens and 8 more"
  head -c 600 README.md >"$work/text"
  for width in 768 2560; do
    model=$work/model-$width
    limited "$models_end" "$build/bench/random_model" "$model" "$width" 2 256 >/dev/null &&
      limited "$models_end" "$qref" quantize --model "$model" -o "$model.safetensors" --calib "$work/text" \
        --calib-windows 1 --calib-length 64 >/dev/null
    paths=(int8 floatsim)
    ((width == 768)) && paths+=(fp32) # the whole prefix anew for every token
    for path in "${paths[@]}"; do
      of=$model
      [ "$path" = fp32 ] || of+=.safetensors
      for backend in cpu "$module"; do
        limited "$models_end" "$qref" run --model "$of" --text "$work/text" --decode 8 --path "$path" \
          --log-dir "$work/layers" --backend "$backend" 2>&1 | tail -n 1
      done >"$work/logits"
      mapfile -t logits <"$work/logits"
      if [[ ${logits[0]} == *sha256* && ${logits[0]} = "${logits[1]}" ]]; then
        echo "d_model $width, $path: equal, ${logits[0]}"
      else
        echo "d_model $width, $path: FAILED: cpu: ${logits[0]}; cuda: ${logits[1]}"
        touch "$work/failed-model-$width-$path"
      fi
    done
  done | tee "$out/models.log"
}
