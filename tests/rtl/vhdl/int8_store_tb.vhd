-- Saturating and wrapping store of every word of STORES/value.hex against saturated.hex and wrapped.hex.
library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;
use work.hex_words.all;

entity int8_store_tb is
  generic (
    STORES : string;
    COUNT : positive;
    BUG : natural := 0
  );
end entity;

architecture test of int8_store_tb is
  signal clk : std_logic := '0';
  signal reset : std_logic := '1';
  signal valid : std_logic := '0';
  signal value : signed(31 downto 0) := (others => '0');
  signal saturated : signed(7 downto 0);
  signal wrapped : signed(7 downto 0);
  signal running : boolean := true;
begin
  clk <= not clk after 5 ns when running else '0';

  saturating : entity work.int8_store
    generic map (SATURATE => true, BUG => BUG)
    port map (clk => clk, reset => reset, valid => valid, value => value, y => saturated);
  wrapping : entity work.int8_store
    generic map (SATURATE => false, BUG => BUG)
    port map (clk => clk, reset => reset, valid => valid, value => value, y => wrapped);

  process
    constant VALUES : word_array := read_words(STORES & "/value.hex", 32, COUNT);
    constant SATURATED_WORDS : word_array := read_words(STORES & "/saturated.hex", 8, COUNT);
    constant WRAPPED_WORDS : word_array := read_words(STORES & "/wrapped.hex", 8, COUNT);

    procedure compare(tensor : string; index : natural; expected : integer; got : signed) is
    begin
      assert got = expected
        report "FAIL int8_store: first divergence: tensor " & tensor & ", index " & to_string(index) & ": expected " &
               hex(expected, 8) & ", got " & hex(to_integer(got), 8) & ", value " &
               hex(VALUES(index), 32) severity failure;
    end procedure;
  begin
    wait until falling_edge(clk);
    reset <= '0';
    valid <= '1';
    for i in VALUES'range loop
      value <= to_signed(VALUES(i), 32);
      wait until falling_edge(clk);
      compare("saturated", i, SATURATED_WORDS(i), saturated);
      compare("wrapped", i, WRAPPED_WORDS(i), wrapped);
    end loop;
    report "PASS int8_store: " & to_string(COUNT) & " words";
    running <= false;
    wait;
  end process;
end architecture;
