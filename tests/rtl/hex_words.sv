// A .hex file in memory. $readmemh accepts a short, an over-long or a missing file without failing, so load() first
// reads the file itself: every line must be one word of exactly the digits of WIDTH, and their count the expected one.
module hex_words #(
    parameter int WIDTH = 8,
    parameter int CAPACITY = 1 << 18
);
  localparam int DIGITS = (WIDTH + 3) / 4;
  localparam int NEWLINE = 10;

  logic [WIDTH-1:0] words[0:CAPACITY-1];

  function automatic bit is_digit(input int c);
    return (c >= "0" && c <= "9") || (c >= "a" && c <= "f");
  endfunction

  // Sets ok to 0, with a message, if the file is not as it should be.
  task load(input string path, input int expected, output bit ok);
    int file;
    int c;
    int digits;
    int count;
    ok = 1'b0;
    count = 0;
    digits = 0;
    file = $fopen(path, "r");
    if (file == 0) $display("FAIL %0s: cannot be opened", path);
    else begin
      ok = 1'b1;
      c  = $fgetc(file);
      while (ok && c >= 0) begin
        if (c == NEWLINE && digits == DIGITS) begin
          count++;
          digits = 0;
        end else if (is_digit(c) && digits < DIGITS) digits++;
        else begin
          ok = 1'b0;
          $display("FAIL %0s: line %0d is not a word of %0d digits", path, count + 1, DIGITS);
        end
        c = $fgetc(file);
      end
      $fclose(file);
      if (ok && digits != 0) begin
        ok = 1'b0;
        $display("FAIL %0s: the last line is cut short", path);
      end
      if (ok && (count != expected || count == 0)) begin
        ok = 1'b0;
        $display("FAIL %0s: expected %0d words, found %0d", path, expected, count);
      end
      if (ok && count > CAPACITY) begin
        ok = 1'b0;
        $display("FAIL %0s: %0d words are more than the testbench has room for, %0d", path, count, CAPACITY);
      end
      if (ok) $readmemh(path, words, 0, expected - 1);
    end
  endtask
endmodule
