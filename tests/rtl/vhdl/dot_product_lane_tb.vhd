-- Every accumulator of the linear W8A8 cases of a suite. CASES is a file with a line "rows columns depth id" a case.
library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;
use std.textio.all;
use work.hex_words.all;

entity dot_product_lane_tb is
  generic (
    SUITE : string;
    CASES : string;
    BUG : natural := 0
  );
end entity;

architecture test of dot_product_lane_tb is
  signal clk : std_logic := '0';
  signal reset : std_logic := '1';
  signal valid : std_logic := '0';
  signal first : std_logic := '0';
  signal x : signed(7 downto 0) := (others => '0');
  signal w : signed(7 downto 0) := (others => '0');
  signal acc : signed(31 downto 0);
  signal running : boolean := true;
begin
  clk <= not clk after 5 ns when running else '0';

  lane : entity work.dot_product_lane
    generic map (BUG => BUG)
    port map (clk => clk, reset => reset, valid => valid, first => first, x => x, w => w, acc => acc);

  process
    file case_file : text;
    variable status : file_open_status;
    variable case_line : line;
    variable rows, columns, depth : natural;
    variable case_count, word_count : natural := 0;

    -- x (rows, depth), w (columns, depth), accumulator (rows, columns)
    procedure run_case(id : string) is
      constant FOLDER : string := SUITE & "/cases/" & id;
      constant X_WORDS : word_array := read_words(FOLDER & "/x.hex", 8, rows * depth);
      constant W_WORDS : word_array := read_words(FOLDER & "/w.hex", 8, columns * depth);
      constant EXPECTED : word_array := read_words(FOLDER & "/accumulator.hex", 32, rows * columns);
    begin
      for i in EXPECTED'range loop
        valid <= '1';
        for k in 0 to depth - 1 loop
          first <= '1' when k = 0 else '0';
          x <= to_signed(X_WORDS((i / columns) * depth + k), 8);
          w <= to_signed(W_WORDS((i mod columns) * depth + k), 8);
          wait until falling_edge(clk);
        end loop;
        valid <= '0';
        assert acc = EXPECTED(i)
          report "FAIL dot_product_lane: first divergence: case " & id & ", tensor accumulator, index " & to_string(i) &
                 ": expected " & hex(EXPECTED(i), 32) & ", got " & hex(to_integer(acc), 32) severity failure;
      end loop;
      case_count := case_count + 1;
      word_count := word_count + EXPECTED'length;
    end procedure;
  begin
    wait until falling_edge(clk);
    reset <= '0';
    file_open(status, case_file, CASES, read_mode);
    assert status = open_ok report "FAIL " & CASES & ": cannot be opened" severity failure;
    while not endfile(case_file) loop
      readline(case_file, case_line);
      read(case_line, rows);
      read(case_line, columns);
      read(case_line, depth);
      run_case(case_line(case_line'left + 1 to case_line'right));
    end loop;
    assert case_count > 0 report "FAIL " & CASES & ": no cases" severity failure;
    report "PASS dot_product_lane: " & to_string(case_count) & " cases, " & to_string(word_count) & " words";
    running <= false;
    wait;
  end process;
end architecture;
