-- One lane of a W8A8 dot product: with every valid clock acc becomes (first ? 0 : acc) + x * w, clamped to int32 or
-- modulo 2^32.
-- BUG plants a fault, which a testbench must find: 1 x is not sign-extended, 2 the accumulator keeps 16 bits,
-- 3 `first` is ignored.
library ieee;
use ieee.std_logic_1164.all;
use ieee.numeric_std.all;

entity dot_product_lane is
  generic (
    ACCUMULATOR_BITS : integer range 16 to 32 := 32;
    SATURATE : boolean := false;
    BUG : natural := 0
  );
  port (
    clk : in std_logic;
    reset : in std_logic;
    valid : in std_logic;
    first : in std_logic;
    x : in signed(7 downto 0);
    w : in signed(7 downto 0);
    acc : out signed(ACCUMULATOR_BITS - 1 downto 0)
  );
end entity;

architecture rtl of dot_product_lane is
  subtype accumulator is signed(ACCUMULATOR_BITS - 1 downto 0);
  constant SMALLEST : accumulator := shift_left(to_signed(1, ACCUMULATOR_BITS), ACCUMULATOR_BITS - 1);
  signal x_extended : signed(8 downto 0);
begin
  x_extended <= '0' & x when BUG = 1 else resize(x, 9);

  process (clk)
    variable start : accumulator;
    variable sum : signed(ACCUMULATOR_BITS downto 0);
  begin
    if rising_edge(clk) then
      if reset = '1' then
        acc <= (others => '0');
      elsif valid = '1' then
        start := acc;
        if first = '1' and BUG /= 3 then
          start := (others => '0');
        end if;
        sum := resize(start, sum'length) + x_extended * w;
        if BUG = 2 then
          acc <= resize(sum(15 downto 0), acc'length);
        elsif SATURATE and sum(sum'high) /= sum(sum'high - 1) then
          acc <= SMALLEST when sum(sum'high) = '1' else not SMALLEST;
        else
          acc <= sum(ACCUMULATOR_BITS - 1 downto 0);
        end if;
      end if;
    end if;
  end process;
end architecture;
