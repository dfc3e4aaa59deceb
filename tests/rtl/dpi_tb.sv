// One simulation for the testbenches that call the DPI-C library: with +suite=DIR the suite, else random stimulus.
module dpi_tb;
  dpi_scoreboard_tb scoreboard ();
  requantize_tb requantize ();

  initial begin
    if ($test$plusargs("suite=")) requantize.run();
    else scoreboard.run();
  end
endmodule
